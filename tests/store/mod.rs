mod away;
mod follow;
mod schema;
