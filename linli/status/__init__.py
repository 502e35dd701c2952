"""The operator's view: what runs, what waits, what needs a hand. Everything is asked at once, and nothing for long.

`places` says where to ask, `asking` asks without ever waiting for what does not answer, `processes`, `databases` and
`queues` look, `seen` is what was seen, `judging` says what of it needs an operator, `showing` draws it.
"""
