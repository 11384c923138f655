//! `pianqu user`: accounts are made, listed, shut out and let in where the database is.

use std::io::{IsTerminal, Read};

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand, ValueEnum};
use console::Term;

use super::database;
use crate::app::accounts::hash_new_password;
use crate::config::DatabaseArgs;
use crate::domain::account::Role;
use crate::store::Store;
use crate::store::account::{self, AccountEntry};

#[derive(Debug, Args)]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account; its password is asked for, or read from standard input
    Add(AddArgs),
    /// List the accounts
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Shut an account out: its sessions end, its tokens are worth nothing
    Disable { name: String },
    /// Let an account in again
    Enable { name: String },
    /// Set a new password; sessions of the account end
    Password { name: String },
}

#[derive(Debug, Args)]
struct AddArgs {
    /// Name of the account, by which its edits are signed
    name: String,

    #[arg(long, value_enum)]
    role: RoleArg,

    /// The operator that the account speaks for, as the field `operator` names it
    #[arg(long, value_name = "NAME", conflicts_with = "body")]
    operator: Option<String>,

    /// The code of the responsible body that the account speaks for
    #[arg(long, value_name = "CODE")]
    body: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArg {
    /// Sees and changes everything
    Administrator,
    /// Sees and changes everything
    Planner,
    /// Sees what is internal in the area of a responsible body
    Body,
    /// Sees and changes the lines and works of a utility operator
    Operator,
    /// Sees everything and changes nothing
    Viewer,
}

impl RoleArg {
    fn role(self) -> Role {
        match self {
            RoleArg::Administrator => Role::Administrator,
            RoleArg::Planner => Role::Planner,
            RoleArg::Body => Role::Body,
            RoleArg::Operator => Role::Operator,
            RoleArg::Viewer => Role::Viewer,
        }
    }
}

pub async fn run(database_args: DatabaseArgs, args: UserArgs) -> anyhow::Result<()> {
    let database = database::open(&database_args).await?;
    let done = carry_out(&database.store, args.command).await;
    let closed = database.close().await;
    done.and(closed)
}

async fn carry_out(store: &Store, command: UserCommand) -> anyhow::Result<()> {
    let unknown = |name: &str| format!("there is no account «{name}»");
    match command {
        UserCommand::Add(args) => add(store, args).await,
        UserCommand::List { json } => list(&account::list(store).await?, json),
        UserCommand::Disable { name } => {
            ensure!(account::set_disabled(store, &name, true).await?, unknown(&name));
            println!("«{name}» is shut out.");
            Ok(())
        }
        UserCommand::Enable { name } => {
            ensure!(account::set_disabled(store, &name, false).await?, unknown(&name));
            println!("«{name}» may log in again.");
            Ok(())
        }
        UserCommand::Password { name } => {
            ensure!(account::find(store, &name).await?.is_some(), unknown(&name));
            let hash = new_password()?;
            ensure!(account::set_password(store, &name, &hash).await?, unknown(&name));
            println!("«{name}» has a new password; whoever was logged in with the old one is logged out.");
            Ok(())
        }
    }
}

async fn add(store: &Store, args: AddArgs) -> anyhow::Result<()> {
    let role = args.role.role();
    match role {
        Role::Operator => ensure!(args.body.is_none(), "an operator speaks for no body: give --operator"),
        Role::Body => ensure!(args.operator.is_none(), "a body speaks for no operator: give --body"),
        Role::Administrator | Role::Planner | Role::Viewer => {}
    }
    let speaks_for = args.operator.or(args.body);
    role.viewer(speaks_for.as_deref())?;
    let is_name = !args.name.is_empty()
        && args.name.trim() == args.name
        && args.name.chars().count() <= 80
        && !args.name.chars().any(char::is_control);
    ensure!(is_name, "a name has 1 to 80 characters, none for control and no blanks around it");
    let hash = new_password()?;
    let name = &args.name;
    ensure!(
        account::create(store, name, role.code(), speaks_for.as_deref(), &hash).await?,
        "there is an account «{name}» already"
    );
    println!("«{name}» may log in.");
    Ok(())
}

/// From a prompt that shows nothing, twice; else the first line of standard input. Never from the command line,
/// which every process of the machine can read.
fn new_password() -> anyhow::Result<String> {
    let password = if std::io::stdin().is_terminal() {
        let terminal = Term::stderr();
        let ask = |what: &str| -> anyhow::Result<String> {
            terminal.write_str(what)?;
            Ok(terminal.read_secure_line()?)
        };
        let password = ask("Password: ")?;
        if ask("Once more: ")? != password {
            bail!("the two are not the same");
        }
        password
    } else {
        let mut text = String::new();
        std::io::stdin().take(4096).read_to_string(&mut text).context("standard input")?;
        text.lines().next().unwrap_or_default().to_owned()
    };
    hash_new_password(&password).map_err(anyhow::Error::msg)
}

fn list(accounts: &[AccountEntry], json: bool) -> anyhow::Result<()> {
    if json {
        let account = |it: &AccountEntry| {
            serde_json::json!({
                "name": it.name, "role": it.role, "speaks_for": it.speaks_for, "is_disabled": it.is_disabled,
                "created_at": it.created_at, "last_login_at": it.last_login_at, "sessions": it.sessions,
                "tokens": it.tokens,
            })
        };
        println!("{}", serde_json::Value::from(accounts.iter().map(account).collect::<Vec<_>>()));
        return Ok(());
    }
    if accounts.is_empty() {
        println!("There are no accounts.");
    }
    for it in accounts {
        let seen =
            it.last_login_at.map_or_else(|| "never logged in".to_owned(), |at| format!("last on {}", at.date_naive()));
        let shut = if it.is_disabled { ", shut out" } else { "" };
        let whom = it.speaks_for.as_ref().map(|whom| format!(" for {whom}")).unwrap_or_default();
        let (name, role, tokens) = (&it.name, &it.role, it.tokens);
        println!("{name}: {role}{whom}, {seen}, {tokens} tokens{shut}");
    }
    Ok(())
}
