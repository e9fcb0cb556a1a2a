"""Whole requests and answers for the contract, all about one fictional family: the demonstration's."""
