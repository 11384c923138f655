mod follow;
mod schema;
