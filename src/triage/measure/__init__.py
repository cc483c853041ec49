"""Splits by time, scores, calibration and intervals, shared by everything that learns. Pure: arrays in, numbers out."""
