"""One made-up prefecture's response, told through the same actions the screens use. All persons are made up."""
