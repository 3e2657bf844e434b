"""What a laboratory's kernels have otherwise than ipykernel has it; nothing else is here.

Every kernel imports it as it starts, so it imports nothing that is not there anyway.
"""
