"""Learnt from metrics as they stream in. Pure: arrays in, scores and warnings out; no file, clock or network."""
