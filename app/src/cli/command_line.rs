//! The command line: `better-store [serve]` opens the shop, the other commands look after it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::cli::commands::{Command, DeadLetterCommand, ImportWhat};
use crate::cli::output::Output;
use crate::cli::{check, commands, control, probe};
use crate::composition::{process, telemetry};
use crate::config::settings::{Flags, Settings};
use crate::http::server;
use crate::{backup, config, ops};

/// A whole online shop in one binary.
#[derive(Debug, Parser)]
#[command(name = "better-store", version, about = "A whole online shop in one binary.")]
struct Cli {
    /// Settings file (TOML); environment variables win over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Open the shop (the default).
    Serve,
    /// Check the settings, and whether the mail server answers; opens nothing.
    Check {
        /// Send a test mail to this address.
        #[arg(long, value_name = "ADDRESS")]
        mail: Option<String>,
    },
    /// Add sample orders of the last months to a shop with the demo catalogue.
    Demo,
    /// Ask the open shop whether it is ready, as health checks do; fails if it is not.
    Probe,
    /// Import products (CSV) or past orders (JSON lines).
    Import {
        #[command(subcommand)]
        what: Import,
    },
    /// Messages that could not be processed (dead letters).
    DeadLetters {
        #[command(subcommand)]
        what: DeadLetters,
    },
    /// Build a consumer's tables again from the archive of events, such as `reports/record-sales`.
    Replay {
        /// The consumer; without it, those that can be rebuilt are listed.
        consumer: Option<String>,
    },
    /// Compare open payments and refunds with the provider now.
    Reconcile,
    /// Create a user, or give an existing user a higher role. The password stays unless --reset-password is given.
    User {
        /// The e-mail address.
        email: String,
        /// customer, staff or admin.
        #[arg(long, default_value = "customer")]
        role: String,
        /// Read from standard input when it is not given.
        #[arg(long, env = "STORE_USER_PASSWORD", hide_env_values = true)]
        password: Option<String>,
        /// First and last name of a new user.
        #[arg(long)]
        name: Option<String>,
        /// Give an existing user the new password and end their sessions.
        #[arg(long)]
        reset_password: bool,
    },
    /// Export all records of the shop, one JSON object per line.
    Audit {
        /// JSON lines; the only format there is.
        #[arg(long, hide = true)]
        json: bool,
    },
    /// Print the ids of erased customers, one a line. Keep the list apart from backups.
    Erasures,
    /// Erase customers, such as those that a restored backup contains again. Unknown ids are skipped.
    Erase {
        /// Their ids.
        #[arg(required = true)]
        customers: Vec<String>,
    },
    /// Take a backup into a new folder, while the shop is open or not.
    Backup {
        /// The folder; empty, or not there yet.
        folder: PathBuf,
    },
    /// Verify that a backup is complete and consistent.
    Verify {
        /// The backup.
        folder: PathBuf,
    },
    /// Restore a backup to the place that the settings name, which must be empty.
    Restore {
        /// The backup.
        folder: PathBuf,
        /// Delete the streams of the lost shop from the broker; no other shop may be using it.
        #[arg(long)]
        discard_streams: bool,
    },
    /// Move a closed shop from its files onto the PostgreSQL server that the settings name.
    Promote {
        /// Show what would be moved, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Print new secrets for a shop in several processes, as settings.
    Keys,
}

#[derive(Debug, Subcommand)]
enum Import {
    /// Products: our own CSV or Shopify's.
    Products {
        /// The file.
        file: PathBuf,
        /// Show what would happen, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Import valid products and skip the others; without it, one invalid product stops the import.
        #[arg(long)]
        skip_invalid: bool,
        /// Give a number to a SKU that another product has, instead of refusing the product.
        #[arg(long)]
        number_repeated_skus: bool,
    },
    /// Past orders: JSON lines. Moves no stock, money or mail.
    Orders {
        /// The file.
        file: PathBuf,
        /// Import the orders that can be imported and name the others; otherwise one that cannot stops the whole file.
        #[arg(long)]
        skip_invalid: bool,
    },
}

#[derive(Debug, Subcommand)]
enum DeadLetters {
    /// Newest first.
    List,
    /// Try one again.
    Retry {
        /// As listed.
        id: String,
    },
    /// Give one up for good; what waits behind it moves on.
    Discard {
        /// As listed.
        id: String,
    },
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    process::keep_to_itself();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match actix_web::rt::System::with_tokio_rt(move || runtime).block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the output may have stopped reading, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

#[expect(clippy::print_stderr, reason = "the last word of a command line program")]
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("better-store: {error:#}");
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    // Only fails when it was done before, which is as good.
    let _done = rustls::crypto::ring::default_provider().install_default();
    let out = Output::stdout();
    let task = cli.command.unwrap_or(Verb::Serve).into_task()?;
    if let Task::Print(print) = task {
        return out.line(print()?).await;
    }
    let settings = Settings::load(cli.config.as_deref(), cli.flags)?;
    if matches!(task, Task::Probe) {
        return probe::ask(&settings.process.listen).await;
    }
    if let Task::Upkeep(work) = task {
        return work.run(&settings, &out).await;
    }
    let Task::Command(command) = task else {
        let telemetry = telemetry::start(&settings)?;
        let served = server::run(settings, signalled()).await;
        telemetry.close().await;
        return served;
    };
    if control::ask(&settings.process.data_dir, &command, &out).await? {
        return Ok(());
    }
    commands::run_alone(settings, command, &out).await
}

/// Ends with the first SIGTERM or Ctrl-C.
fn signalled() -> CancellationToken {
    let stop = CancellationToken::new();
    let waiting = stop.clone();
    actix_web::rt::spawn(async move {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! { () = terminated => {}, _ = tokio::signal::ctrl_c() => {} }
        waiting.cancel();
    });
    stop
}

/// What a verb comes down to.
enum Task {
    /// Open the shop.
    Serve,
    /// Ask the shop that is open here whether it is ready.
    Probe,
    /// Say something that no shop has to be asked for.
    Print(fn() -> anyhow::Result<String>),
    /// Do this where no shop is open.
    Upkeep(Upkeep),
    /// Run this inside a shop.
    Command(Command),
}

/// What is done to a backup, or to a closed shop as a whole.
enum Upkeep {
    Check { mail: Option<String> },
    Verify(PathBuf),
    Restore { folder: PathBuf, discard_streams: bool },
    Promote { dry_run: bool },
}

impl Upkeep {
    async fn run(self, settings: &Settings, out: &Output) -> anyhow::Result<()> {
        match self {
            Self::Check { mail } => check::check(settings, mail, out).await,
            Self::Verify(folder) => backup::verify::verify(&folder, out).await,
            Self::Restore { folder, discard_streams } => {
                backup::restore::restore(settings, &folder, discard_streams, out).await
            }
            Self::Promote { dry_run } => backup::promote::promote(settings, dry_run, out).await,
        }
    }
}

impl Verb {
    fn into_task(self) -> anyhow::Result<Task> {
        Ok(Task::Command(match self {
            Self::Serve => return Ok(Task::Serve),
            Self::Check { mail } => return Ok(Task::Upkeep(Upkeep::Check { mail })),
            Self::Demo => Command::Demo,
            Self::Probe => return Ok(Task::Probe),
            Self::Verify { folder } => return Ok(Task::Upkeep(Upkeep::Verify(folder))),
            Self::Restore { folder, discard_streams } => {
                return Ok(Task::Upkeep(Upkeep::Restore { folder, discard_streams }));
            }
            Self::Promote { dry_run } => return Ok(Task::Upkeep(Upkeep::Promote { dry_run })),
            Self::Openapi => return Ok(Task::Print(ops::openapi::document)),
            Self::Keys => return Ok(Task::Print(|| config::secrets::new_keys(&chassis::SystemIds))),
            Self::Erasures => Command::Erasures,
            Self::Erase { customers } => Command::Erase { customers },
            Self::Import { what: Import::Products { file, dry_run, skip_invalid, number_repeated_skus } } => {
                let what = ImportWhat::Products { dry_run, skip_invalid, number_repeated_skus };
                Command::Import { what, file: std::path::absolute(file)? }
            }
            Self::Import { what: Import::Orders { file, skip_invalid } } => {
                Command::Import { what: ImportWhat::Orders { skip_invalid }, file: std::path::absolute(file)? }
            }
            Self::DeadLetters { what: DeadLetters::List } => Command::DeadLetters(DeadLetterCommand::List),
            Self::DeadLetters { what: DeadLetters::Retry { id } } => Command::DeadLetters(DeadLetterCommand::Retry(id)),
            Self::DeadLetters { what: DeadLetters::Discard { id } } => {
                Command::DeadLetters(DeadLetterCommand::Discard(id))
            }
            Self::Replay { consumer } => Command::Replay { consumer },
            Self::Reconcile => Command::Reconcile,
            Self::Audit { json: _ } => Command::Audit,
            Self::Backup { folder } => Command::Backup { folder: std::path::absolute(folder)? },
            Self::User { email, role, password, name, reset_password } => {
                let password = match password {
                    Some(password) => password,
                    // Existing users keep their password.
                    None if !reset_password => first_line().unwrap_or_default(),
                    None => first_line()?,
                };
                Command::User { email, role, password, name, reset_password }
            }
        }))
    }
}

fn first_line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let line = line.trim_end_matches(['\r', '\n']).to_owned();
    anyhow::ensure!(!line.is_empty(), "no password: give --password, STORE_USER_PASSWORD or a line on standard input");
    Ok(line)
}
