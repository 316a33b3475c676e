//! `stagedoor admin app`.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{self, Client, segment};
use super::output;
use crate::failure::Failure;

const COLUMNS: [output::Column; 6] = [
    ("api", "API"),
    ("client_id", "CLIENT ID"),
    ("name", "NAME"),
    ("stage", "STAGE"),
    ("team", "TEAM"),
    ("created", "CREATED"),
];
const REVIEWS: [output::Column; 5] = [
    ("api", "API"),
    ("client_id", "CLIENT ID"),
    ("name", "NAME"),
    ("team", "TEAM"),
    ("review_asked", "ASKED"),
];
const USERS: [output::Column; 3] = [("email", "EMAIL"), ("name", "NAME"), ("id", "ID")];

/// Apps: OAuth clients. One is named as API/CLIENT_ID
#[derive(Subcommand)]
#[command(after_help = "Examples:
  stagedoor admin app create --api catalogue --team 'Night Owl Records' --name Charts > secret
  stagedoor admin app list --stage requested
  stagedoor admin app change catalogue/3f0c… --redirect-uri https://charts.example/callback
  stagedoor admin app suspend catalogue/3f0c…")]
pub(super) enum Command {
    /// Make an app and print its secret, or ask for one where the API has it so
    Create(Create),
    /// List apps
    List {
        /// Of this API alone
        #[arg(long)]
        api: Option<String>,
        /// The team that owns them
        #[arg(long)]
        team: Option<String>,
        /// requested, development, approved or suspended
        #[arg(long)]
        stage: Option<String>,
    },
    /// Show one
    Show {
        /// As API/CLIENT_ID
        app: String,
    },
    /// Change what it is called, where it sends people, or whom it acts for
    Change(Change),
    /// Let it in
    Approve {
        /// As API/CLIENT_ID
        app: String,
    },
    /// List those in development whose teams wait for a review
    Reviews,
    /// Answer a review without approving the app; its team may ask again
    AnswerReview {
        /// As API/CLIENT_ID
        app: String,
        /// What its team reads: 1 to 500 characters
        sentence: String,
    },
    /// Say no to a request, which is then gone
    Decline {
        /// As API/CLIENT_ID
        app: String,
    },
    /// End everything it was given, at once, and give it nothing more
    Suspend {
        /// As API/CLIENT_ID
        app: String,
    },
    /// Put it back where it stood before it was suspended
    Resume {
        /// As API/CLIENT_ID
        app: String,
    },
    /// End everything it was given, replace its secrets and legacy keys by one new secret, and print that
    Regenerate {
        /// As API/CLIENT_ID
        app: String,
    },
    /// List the people it may serve while it is in development
    Users {
        /// As API/CLIENT_ID
        app: String,
    },
    /// Put a person on that list
    ListUser {
        /// As API/CLIENT_ID
        app: String,
        /// The person: their e-mail, or the id of their account
        account: String,
    },
    /// Take a person off that list; their grants for the app end
    UnlistUser {
        /// As API/CLIENT_ID
        app: String,
        /// The person: their e-mail, or the id of their account
        account: String,
    },
}

#[derive(clap::Args)]
pub(super) struct Create {
    /// The API's name in the configuration
    #[arg(long)]
    api: String,
    /// The team that owns it
    #[arg(long)]
    team: String,
    /// What it is called
    #[arg(long)]
    name: String,
    /// What it is for
    #[arg(long, default_value = "")]
    description: String,
    /// Where people are sent back to; may be given several times
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// Another team it may act for; may be given several times
    #[arg(long, value_name = "TEAM")]
    acts_for: Vec<String>,
    /// It runs where no secret can be kept, and gets none
    #[arg(long)]
    public: bool,
}

#[derive(clap::Args)]
pub(super) struct Change {
    /// As API/CLIENT_ID
    app: String,
    /// What it is called
    #[arg(long)]
    name: Option<String>,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
    /// In place of those it has; may be given several times, and empty for none
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Option<Vec<String>>,
    /// In place of those it has; may be given several times, and empty for none
    #[arg(long, value_name = "TEAM")]
    acts_for: Option<Vec<String>>,
}

pub(super) fn run(client: &Client, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Create(new) => create(client, new),
        Command::List { api, team, stage } => {
            let query = [("api", api.as_deref()), ("team", team.as_deref()), ("stage", stage.as_deref())];
            output::list(client, "apps", &query, None, &COLUMNS)
        }
        Command::Show { app } => output::object(client, &client.get(&client::app(app)?)?),
        Command::Change(change) => self::change(client, change),
        Command::Approve { app } => act(client, app, "approve", "is approved."),
        Command::Reviews => output::list(client, "apps-in-review", &[], None, &REVIEWS),
        Command::AnswerReview { app, sentence } => {
            client.post(&format!("{}/answer-review", client::app(app)?), json!({ "sentence": sentence }))?;
            output::done(&format!("{app} stays in development, and its team reads the answer."));
            Ok(())
        }
        Command::Decline { app } => act(client, app, "decline", "is declined, and gone."),
        Command::Suspend { app } => {
            act(client, app, "suspend", "is suspended, and everything it was given has ended.")
        }
        Command::Resume { app } => act(client, app, "resume", "is resumed; it asks for new tokens."),
        Command::Regenerate { app } => {
            let new = client.post(&format!("{}/regenerate", client::app(app)?), json!({}))?;
            let about =
                format!("Everything {app} was given has ended. Its new secret, which is not shown again:");
            output::once(client, &new, "secret", &about)
        }
        Command::Users { app } => {
            output::list(client, &format!("{}/users", client::app(app)?), &[], None, &USERS)
        }
        Command::ListUser { app, account } => {
            client.put(&format!("{}/users/{}", client::app(app)?, segment(account)), json!({}))?;
            output::done(&format!("{app} may serve {account}."));
            Ok(())
        }
        Command::UnlistUser { app, account } => {
            client.delete(&format!("{}/users/{}", client::app(app)?, segment(account)))?;
            output::done(&format!("{app} serves {account} no more."));
            Ok(())
        }
    }
}

fn create(client: &Client, new: &Create) -> Result<(), Failure> {
    let body = json!({
        "api": new.api,
        "team": new.team,
        "name": new.name,
        "description": new.description,
        "redirect_uris": new.redirect_uris,
        "acts_for": new.acts_for,
        "public": new.public,
    });
    let app = client.post("apps", body)?;
    let text = |member: &str| app[member].as_str().unwrap_or_default();
    let (name, stage) = (format!("{}/{}", new.api, text("client_id")), text("stage"));
    let next = match (stage, app["secret"].is_string()) {
        ("requested", _) => format!("It is requested: `stagedoor admin app approve {name}` lets it in."),
        (_, true) => "Its secret, which is not shown again:".to_owned(),
        (_, false) => "It has no secret.".to_owned(),
    };
    output::once(client, &app, "secret", &format!("Made {name}, stage {stage}. {next}"))
}

fn change(client: &Client, change: &Change) -> Result<(), Failure> {
    let path = client::app(&change.app)?;
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    // One empty text stands for none at all.
    let list = |list: &Option<Vec<String>>| {
        let list = list.as_ref()?;
        Some(list.iter().filter(|item| !item.is_empty()).cloned().map(Value::from).collect::<Vec<_>>().into())
    };
    let body = output::given([
        ("name", text(&change.name)),
        ("description", text(&change.description)),
        ("redirect_uris", list(&change.redirect_uris)),
        ("acts_for", list(&change.acts_for)),
    ])?;
    output::object(client, &client.patch(&path, body)?)
}

fn act(client: &Client, app: &str, what: &str, done: &str) -> Result<(), Failure> {
    client.post(&format!("{}/{what}", client::app(app)?), json!({}))?;
    output::done(&format!("{app} {done}"));
    Ok(())
}
