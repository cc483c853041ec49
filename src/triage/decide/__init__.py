"""What may be done with a prediction: the precision promise and the priority matrix. Pure; never learns from text."""
