"""Feeds: the list of subscriptions, what feeds hold, and how they are fetched."""
