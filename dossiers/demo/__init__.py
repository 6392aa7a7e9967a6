"""The demonstration: invented people and a plan of their days, written as the real desk would have recorded them."""
