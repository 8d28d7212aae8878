"""PostgreSQL and everything on the way to it: the only room that speaks SQL."""
