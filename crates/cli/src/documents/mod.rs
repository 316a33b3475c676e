//! Checks of what we wrote for people and what they install: the book's pages are listed and linked, every command line can be typed,
//! and deploy/ fits the program.

mod clauses;
mod command_lines;
mod deployment;
mod help;
mod links;
mod pages;
