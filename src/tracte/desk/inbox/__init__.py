"""The inbox: views and list, conversation, person; and everything that an agent does with them."""
