"""What measures the budgets; nothing here is asserted by the tests."""
