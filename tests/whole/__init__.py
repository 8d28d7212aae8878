"""The whole program, as a person starts it: commands in processes of their own, with real databases."""
