"""Every write to the registers: one function each, with its entry in the same transaction.

What only helps the people of the roll (to freeze a body, to suspend the rules) needs one official; what lets more out
(to verify a contact, to lift a freeze, to activate rules) needs another one than who began it.
"""
