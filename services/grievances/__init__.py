"""Grievances 矛盾纠纷: property disputes and their mediation."""
