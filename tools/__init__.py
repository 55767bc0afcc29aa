"""Small programs for those who work on teachtorch; none is installed."""
