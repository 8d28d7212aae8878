/* Logging in, and the change of a first password that must come before anything else. */

import { element, setText } from "./dom.js";

class Sheet {
  constructor(title, button, fields, session) {
    this.session = session;
    this.title = title;
    this.said = element("p", { class: "said", role: "alert" });
    this.button = element("button", { class: "do" }, button);
    this.form = element("form", { onsubmit: event => { event.preventDefault(); this.#submit(); } },
      // a password manager wants to know whose password it is
      session.me ? element("input", { name: "username", autocomplete: "username", value: session.me.username, readonly: true, hidden: true }) : null,
      fields.map(([label, name, type, complete]) => element("label", {}, label,
        element("input", { name, type, autocomplete: complete, required: true }))),
      this.button, this.said);
    this.root = element("section", { class: "card sheet narrow", "aria-label": title },
      element("h1", {}, element("img", { src: "/icon.svg", alt: "", width: 28, height: 28 }), title), this.form);
  }

  entered() { this.form.querySelector("input:not([hidden])").focus(); }

  say(words, wrong = true) {
    this.said.classList.toggle("wrong", wrong);
    setText(this.said, words);
  }

  async #submit() {
    this.button.disabled = true;
    this.say("one moment …", false);
    try {
      await this.send(Object.fromEntries(new FormData(this.form)));
      this.say("", false);
    } catch (error) {
      this.say(`${error.message[0].toUpperCase()}${error.message.slice(1)}.`);
    } finally {
      this.button.disabled = false;
    }
  }
}

export class LoginSheet extends Sheet {
  constructor(session, why) {
    super("PerfWatch", "Log in", [["User", "username", "text", "username"],
      ["Password", "password", "password", "current-password"]], session);
    this.say(why ?? "", false);
  }

  send({ username, password }) { return this.session.login(username, password); }
}

export class PasswordSheet extends Sheet {
  constructor(session) {
    super("Choose a password", "Change", [["Present password", "old", "password", "current-password"],
      ["New password", "fresh", "password", "new-password"],
      ["New password again", "again", "password", "new-password"]], session);
    this.say("The first password was made at random and is to be changed at once.", false);
  }

  async send({ old, fresh, again }) {
    if (fresh !== again) throw new Error("the two new passwords differ");
    await this.session.changePassword(old, fresh);
  }
}
