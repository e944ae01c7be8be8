mod bodies;
mod replay;
