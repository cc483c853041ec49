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
# # Metrics and a first warning
#
# From a file of metrics to early warnings in six steps: look at the data, watch it as if it streamed in, look at a
# warning, learn from history, judge against incidents, evaluate. Every call is the one that `triage` makes on the
# command line.
#
# It takes about half a minute and needs no network. Everything it writes goes into a temporary folder.

# %%
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd

import triage
from triage.bootstrap import detecting, metric_learning
from triage.bootstrap.metric_reading import MetricReading, read_incidents, read_metrics, to_budget
from triage.plots import plot_warning
from triage.settings import load_settings
from triage.training.watching import watch_history
from triage.watch.watcher import Watcher

# The sample stands in the repository, whichever folder the notebook was started in.
folders = [Path.cwd(), *Path.cwd().parents, *Path(triage.__file__).parents]
sample = next(folder / "data/sample" for folder in folders if (folder / "data/sample/metrics.csv.gz").is_file())
metrics, incidents = sample / "metrics.csv.gz", sample / "incidents.csv"

home = TemporaryDirectory(prefix="triage-notebook-", ignore_cleanup_errors=True)
settings = load_settings({"TRIAGE_HOME": home.name}, Path(home.name))

# %% [markdown]
# ## 1. The data
#
# Ten days of a small made-up estate, a sample every five minutes. An *entity* is what breaks and is warned about, a
# *series* is one metric of it. A cell may be missing: then there is no sample.

# %%
table, history = read_metrics(metrics, MetricReading(), print)
table.frame.head()

# %%
opened = read_incidents(incidents, MetricReading(), history)
shown = table.frame[table.frame["entity"] == opened.entity[0]]
shown = shown.set_index(pd.to_datetime(shown["timestamp"])).drop(columns=["entity", "timestamp"])
shown = shown.apply(pd.to_numeric).dropna(axis="columns", how="all")
for axes in shown.plot(subplots=True, figsize=(9, 1.3 * shown.shape[1]), linewidth=0.7, title=opened.entity[0]):
    for entity, at in zip(opened.entity, opened.opened_ns, strict=True):
        if entity == opened.entity[0]:
            axes.axvline(pd.Timestamp(at, tz="UTC"), color="tab:orange")
    axes.set_xlabel("")
plt.show()

# %% [markdown]
# The orange lines are the incidents. Load has a day and a week, and much of what looks odd hurts nobody: that is why a
# fixed threshold on a metric either misses or cries wolf.
#
# ## 2. Watch
#
# `detect` sends the file through a watcher by event time. Each row gets a score in [0, 1] from what came before it,
# never from what came later; a warning is opened when an entity's metrics together are unusual enough, within a budget
# of alerts.

# %%
search = detecting.Search(Path(home.name) / "answers.csv", budget="1/day")
done = detecting.detect_file(settings, metrics, search, MetricReading(), print)
answers = pd.read_csv(search.out)
print(f"{len(answers):,} rows, {done.warnings} warnings")
answers.describe()[["score"]].T.round(3)

# %%
alerts = answers[answers["alert"] == 1].copy()
alerts["first cause"] = [json.loads(causes)[0]["metric"] for causes in alerts["causes"]]
alerts[["entity", "timestamp", "score", "first cause"]].reset_index(drop=True).round(4).tail(10)

# %% [markdown]
# ## 3. A warning
#
# The same functions in memory. A picture shows the metrics that speak for the warning, largest part first, when it was
# open (shaded), and how unusual the entity was: one in so many steps.

# %%
said = watch_history(Watcher(to_budget("1/day", history)), history)
print("the same alerts as in the file:", said.alert.tolist() == (answers["alert"] == 1).tolist())
warning = max(said.warnings, key=lambda each: each.score)
print(warning.why)
plot_warning(history, warning, said.entity_score)

# %% [markdown]
# ## 4. Learn from history
#
# A watcher that starts from nothing needs days to know the season of a series. `train metrics` learns season and usual
# scatter from a history, finds the threshold at which the past would have kept the budget, and stores the watcher as a
# model. With incidents it says how early the warnings are: fitted on the earlier 70 % of time, judged on the rest, and
# only then fitted again on everything.

# %%
wish = metric_learning.MetricWish(name="estate", budget="1/day", horizon="60m")
report = metric_learning.train_metric_file(settings, (metrics, incidents), MetricReading(), wish, print)
scores = pd.Series(report.scores.as_document(), dtype=float)
scores.round(3).to_frame("later 30 % of time")

# %% [markdown]
# ## 5. What the figures mean
#
# - An alert is *early* when an incident of its entity begins within the horizon after it, *late* when it comes before
#   that incident's end, else *false*. Alerts of one entity within a quarter of an hour are one.
# - `early_recall` is the share of incidents with an early alert. Some faults give no sign before, so 1 is out of
#   reach.
# - `lift` is early recall less what as many alerts at random times would have got: the number to look at before
#   believing any recall.
# - Few incidents were judged here. One more or less moves recall by a lot:

# %%
print(f"{report.scores.incidents} incidents judged, {report.incidents_left_out} of {report.incidents} left out")
print("recall moves by", f"{1 / max(report.scores.incidents, 1):.0%}", "with a single incident")

# %% [markdown]
# ## 6. Evaluate
#
# `triage evaluate` judges a stored model on any later file. On the training file it takes the watcher from before the
# refit, and so must find what the report said. It does:

# %%
command = [sys.executable, "-m", "triage", "evaluate", "estate", str(metrics), "--incidents", str(incidents), "--json"]
ended = subprocess.run(
    command, env={**os.environ, "TRIAGE_HOME": home.name}, capture_output=True, text=True, check=True
)
evaluated = json.loads(ended.stdout)
print(f"version {evaluated['version']}, fit {evaluated['fit']}, {evaluated['left_out']} rows left out")
again = pd.Series(evaluated["scores"], dtype=float)
print("the same numbers:", scores.equals(again))

# %% [markdown]
# Next: put your own file in place of `metrics`; long files (`entity,metric,timestamp,value`) are read as well. `triage
# detect --help` and `triage train metrics --help` list the options.

# %%
plt.close("all")
home.cleanup()
