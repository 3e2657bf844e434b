"""What an operator does with a whole deployment: examine it, back it up, bring it back.

These commands look at everything that the hub, the service and the engine keep, from beside them:
they work while either is down, which is when they are wanted. So they are told what a deployment
is by its settings and its state folder alone, and open its databases as they are, never upgraded.
They belong to the service, which knows both its own tables and how the hub lays out the state.
"""
