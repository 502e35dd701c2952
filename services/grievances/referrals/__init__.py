"""Referrals 信访转送交办: with the department in charge, in the terms of the law, up to the last answer."""
