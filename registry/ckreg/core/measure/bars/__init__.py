"""Progress bars: their frames, and the speed that they tell."""
