# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first triage model
#
# From a history of tickets to a model that labels new ones, in seven steps: look at the data, train, read the report,
# label, see the reasons, promote, evaluate. Every call is the one that `triage` makes on the command line, so the
# numbers are the same.
#
# It takes about half a minute and needs no network. Everything it writes goes into a temporary folder.

# %%
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd

import triage
from triage.bootstrap import learning
from triage.bootstrap.places import open_shelf
from triage.datasets import ReadOptions, read_table, to_history
from triage.domain import Incident
from triage.engine import Engine
from triage.registry.loading import to_loaded
from triage.settings import load_settings

pd.set_option("display.max_colwidth", 100)

# The sample stands in the repository, whichever folder the notebook was started in.
folders = [Path.cwd(), *Path.cwd().parents, *Path(triage.__file__).parents]
sample = next(file for folder in folders if (file := folder / "data/sample/tickets.csv").is_file())

# Models and runs are kept in a home. The last cell removes this one.
home = TemporaryDirectory(prefix="triage-notebook-")
settings = load_settings({"TRIAGE_HOME": home.name}, Path(home.name))

# %% [markdown]
# ## 1. The data
#
# A generated history of a made-up company. Each row is one ticket, as it stood when it was closed.

# %%
options = ReadOptions(targets=("category", "assignment_group"), fields=("contact_type", "location", "service"))
table = read_table(sample, options)
table.frame.head()

# %% [markdown]
# A closed ticket knows more than a new one. `to_history` keeps as features only what was known when the ticket was
# opened, and gives a reason for every column that it refuses. Look here first when a model seems too good.
#
# The file cannot say everything. At this desk impact and urgency are set by whoever reads the ticket, so a new one
# has neither, and the options above name the fields that it does have. Without them impact and urgency would be read
# as fields, too.

# %%
history = to_history(table, options)
print("text:  ", ", ".join(history.columns.text))
print("fields:", ", ".join(history.columns.field_names))
pd.DataFrame([(column.name, column.reason) for column in history.refused], columns=["refused", "why"])

# %% [markdown]
# The mix of labels says how hard the task is. Always answering the commonest label is right this often:

# %%
for target in history.targets:
    shares = history.targets[target].value_counts(normalize=True)
    print(f"{target}: {len(shares)} labels, {shares.index[0]} is the commonest with {shares.iloc[0]:.1%}")

history.targets["category"].value_counts(ascending=True).plot.barh(title="Tickets by category", figsize=(6, 3))
plt.show()

# %% [markdown]
# People write in more than one language. Counting the tickets that hold one of German's commonest words is crude and
# finds too few, but it shows that there is a second language. The model is not told which one a ticket is in.

# %%
german = re.compile(r"\b(?:der|die|das|und|nicht|ist|kein|keine|seit|bitte|wird|kann|ich)\b", re.IGNORECASE)
text = history.inputs[list(history.columns.text)].fillna("").agg(" ".join, axis=1)
print(f"{text.str.contains(german).mean():.1%} of {len(history):,} tickets hold a German word")

# %% [markdown]
# ## 2. Train
#
# The history is cut by time: fit on the oldest part, choose on the next, judge once on the newest fifth. Labels that
# were not known yet when the next part began are left out (`purged`). Then everything is fitted again for service.
# `effort="quick"` tries few settings; `normal` is the default.

# %%
wish = learning.Wish(name="first", effort="quick")
learnt = learning.train(settings, sample, options, wish, print)
report = learnt.report
dict(report.slices)

# %% [markdown]
# ## 3. The report
#
# All figures are from the newest slice, which had no part in fitting or choosing. `majority_accuracy` is the bar to
# clear. `coverage` is the share that would be labelled without a person, and `precision` how often that was right.

# %%
scores = pd.DataFrame([each.as_document() for each in report.scores]).set_index("target").T
scores.astype(float).round(4)

# %% [markdown]
# The coverage curve shows the trade. Going right, more tickets are labelled automatically, the sure ones first, and
# more of them wrongly. The promise is the dashed line. Where a curve dips below it, the threshold must be stricter;
# the one in force was chosen on *earlier* tickets, with a margin for chance, so coverage is lower than the curve
# alone would allow. With too little evidence it is 0.

# %%
figure, axes = plt.subplots(figsize=(7, 4))
for each in report.scores:
    (line,) = axes.plot(each.curve.coverage, each.curve.precision, label=each.target)
    if each.coverage > 0:
        axes.plot(each.coverage, each.precision, "o", color=line.get_color())
axes.axhline(settings.promise, color="grey", linestyle="--", label=f"promise: {settings.promise:.0%}")
axes.set(xlabel="share labelled automatically", ylabel="share of those that was right", ylim=(0.7, 1.01))
axes.legend(loc="lower left")
plt.show()

# %% [markdown]
# ## 4. Label three tickets
#
# The engine is what the service and `triage label` use. A ticket is its columns under the names they had in training;
# what is not there is missing, which is fine.

# %%
model = to_loaded(open_shelf(settings).load("first"))
engine = Engine([model], most_reasons=4)
now = datetime.now(UTC)
tickets = [
    {"short_description": "VPN from home does not connect", "description": "Error 691 after the token."},
    {"short_description": "Drucker im 2. Stock druckt nicht", "location": "Munich"},
    {"short_description": "It does not work", "contact_type": "Phone"},
]
answers = engine.handle_many([Incident(f"T{n}", "notebook", now, now, ticket) for n, ticket in enumerate(tickets)], now)
pd.DataFrame(
    [
        (ticket["short_description"], each.target, each.ranked[0].label, each.ranked[0].probability, each.decision)
        for ticket, answer in zip(tickets, answers, strict=True)
        for each in answer.predictions
    ],
    columns=["ticket", "target", "label", "probability", "decision"],
).round(3)

# %% [markdown]
# ## 5. The reasons
#
# Why this category? The model adds up what each word and field speaks for the label (+) or against it (-), so these
# are exact shares of the answer and not an estimate. The last ticket says next to nothing, and its reasons are weak.

# %%
pd.DataFrame(
    [
        (ticket["short_description"], reason.kind, f"{reason.name} {reason.value}".strip(), reason.contribution)
        for ticket, answer in zip(tickets, answers, strict=True)
        for each in answer.predictions
        if each.target == "category"
        for reason in each.reasons
    ],
    columns=["ticket", "kind", "what", "contribution"],
).round(2)

# %% [markdown]
# ## 6. Promote
#
# The champion is the version that answers. A first version is promoted by its training run; a later one, too, unless
# it is worse than the champion beyond chance. `promote` overrules that, and going back to an earlier version is the
# same call.

# %%
learning.promote(settings, "first", report.version)
print("champion:", open_shelf(settings).champion("first"))

# %% [markdown]
# ## 7. Evaluate
#
# `triage evaluate` judges a stored model on any file. On the training file it takes the fit from before the newest
# fifth was learnt, and so must find what the report said. It does:

# %%
command = [sys.executable, "-m", "triage", "evaluate", "first", str(sample), "--slice", "newest", "--json"]
done = subprocess.run(command, env={**os.environ, "TRIAGE_HOME": home.name}, capture_output=True, text=True, check=True)
evaluated = json.loads(done.stdout)
print(f"version {evaluated['version']}, fit {evaluated['fit']}, {evaluated['left_out']} rows left out")
again = pd.DataFrame(evaluated["scores"]).set_index("target").T
pd.concat({"report": scores, "evaluate": again}, axis=1).astype(float).round(4)

# %%
print("the same numbers:", scores.equals(again))

# %% [markdown]
# Next: put your own file in place of `sample`. The columns are found by name and content; `triage train incidents
# --help` lists the options for when they are not.

# %% tags=["clean-up"]
home.cleanup()
