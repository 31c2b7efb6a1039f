"""What a sound program must also keep: roles, losses, learning and claims."""
