"""Departments 主管部门: who can be in charge of a referral, and which accounts act for each."""
