"""What a requester does at the counter: send, save, follow; the form and the interface for programs use the same."""
