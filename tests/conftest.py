from hypothesis import settings

# No deadline: the tests share their machine, and many wait for its disk.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
