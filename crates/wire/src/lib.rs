//! What is sent: bodies, paths, problems, CSV and JSON codecs of every interface.
