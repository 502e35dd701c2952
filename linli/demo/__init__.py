"""The demo story: forty disputes in a real district, on real parts."""
