//! The rules of the architecture, read off the source itself.
//!
//! Each file of `rules` holds one rule as a function over text, so that its own tests can hand it a planted breach and
//! see it found. [`every_rule_holds`] hands the functions this repository. Nothing here runs the program.

#[cfg(test)]
mod named;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod sql;

#[cfg(test)]
mod every_rule_holds;
