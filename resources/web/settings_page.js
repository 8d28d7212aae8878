/* The settings: this browser's, the sampling's, how long samples are kept, the password, and facts of the server. */

import { element, setText } from "./dom.js";
import { choose, preference } from "./preferences.js";
import { RetentionForm } from "./retention_form.js";
import { text } from "./units.js";

export const BYTES = { symbol: "B", base: 1024, shown: null, decimals: 0 };
const THEMES = [["", "as the system"], ["dark", "dark"], ["light", "light"]];
const MULTIPLES = [["auto", "GiB in memory, GB elsewhere"], ["binary", "always GiB"], ["decimal", "always GB"]];

export class SettingsPage {
  title = "Settings";

  /** `types` are the metric types that can be collected, as {type: title}. */
  constructor(session, types) {
    Object.assign(this, { session, types });
    this.facts = element("dl");
    this.fields = element("div", { class: "fields" });
    this.said = element("p", { class: "said", role: "status" });
    this.retention = new RetentionForm(session);
    this.root = element("div", { class: "page sheet" },
      this.#card("This browser", element("div", { class: "fields" }, this.#choice("Theme", "theme", THEMES), this.#choice("Bytes", "bytes", MULTIPLES))),
      this.#card("Sampling", this.fields, this.said), this.#card("What is kept", this.retention.root),
      this.#card("Password", this.#passwordForm()), this.#card("Server", this.facts));
  }

  async entered() {
    this.retention.entered();
    try {
      this.#show(await this.session.call("config.get"));
      this.#say("", false);
    } catch (error) {
      this.#say(error.message, true);
    }
  }

  #card(title, ...content) {
    return element("section", { class: "card", "aria-label": title }, element("header", {}, element("h2", {}, title)), content);
  }

  #choice(label, name, options) {
    const select = element("select", { name, onchange: () => choose(name, select.value) },
      options.map(([value, words]) => element("option", { value }, words)));
    select.value = preference(name);
    addEventListener("perfwatch-look", () => { select.value = preference(name); });
    return element("label", {}, label, select);
  }

  #show(config) {
    // A field that somebody is typing in stays as it is.
    if (!this.fields.contains(document.activeElement)) {
      this.fields.replaceChildren(...Object.entries(config.settings).map(([name, setting]) => this.#field(name, setting)));
    }
    const { system, database } = config;
    const facts = [["Machine", `${system.hostname}, ${system.kernel}, ${system.architecture}`],
      ["Processors", system.cpus], ["Memory", text(system.memory_bytes, BYTES)], ["PerfWatch", `${system.perfwatch}, Python ${system.python}`],
      ["Role", config.role], ["Database", database.text], ["Stored", text(database.size_bytes, BYTES)],
      ["Samples not stored yet", database.queued], ["Data directory", config.data_dir], ...config.notices.map(notice => ["Notice", notice])];
    this.facts.replaceChildren(...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]));
    this.facts.append(element("dt", {}, "Interfaces"), element("dd", {}, element("a", { href: "/docs", target: "_blank", rel: "noopener" }, "the API described"),
      ", ", element("code", {}, `${location.origin}/metrics`), " for Prometheus"));
  }

  #field(name, { value, accepts, help, source }) {
    const fixed = !["default", "stored", "changed here"].includes(source);
    if (name === "collectors_off") return this.#collected(value, fixed, source);
    const input = typeof value === "boolean"
      ? element("select", { disabled: fixed }, ["on", "off"].map(word => element("option", {}, word)))
      : element("input", { value, disabled: fixed, autocomplete: "off", spellcheck: "false" });
    if (typeof value === "boolean") input.value = value ? "on" : "off";
    input.name = name;
    input.addEventListener("change", () => this.#change(name, input));
    const words = help.replace(/ \(default.*\)/, "");
    return element("label", {}, `${words[0].toUpperCase()}${words.slice(1)}`, input, element("small", {}, fixed ? `Fixed by ${source}.` : `Takes ${accepts}.`));
  }

  /** A switch for each type, instead of a list of those that are off. */
  #collected(value, fixed, source) {
    const off = new Set(value.split(",").filter(Boolean));
    const boxes = Object.entries(this.types).map(([type, title]) => {
      const box = element("input", { type: "checkbox", name: type, disabled: fixed });
      box.checked = !off.has(type);
      box.addEventListener("change", () => {
        box.checked ? off.delete(type) : off.add(type);
        this.#change("collectors_off", { value: [...off].join(","), classList: box.classList });
      });
      return element("label", { class: "choice" }, box, title);
    });
    return element("fieldset", { class: "switches" }, element("legend", {}, "What is collected"), boxes,
      fixed ? element("small", {}, `Fixed by ${source}.`) : null);
  }

  async #change(name, input) {
    try {
      const config = await this.session.call("config.update", { settings: { [name]: input.value } });
      input.classList.remove("wrong");
      this.#show(config);
      this.#say("Saved.", false);
    } catch (error) {
      input.classList.add("wrong");
      this.#say(error.message, true);
    }
  }

  #passwordForm() {
    const said = element("p", { class: "said", role: "status" });
    const field = (label, name, complete) => element("label", {}, label,
      element("input", { name, type: "password", autocomplete: complete, required: true }));
    const tell = (words, wrong) => { said.classList.toggle("wrong", wrong); setText(said, words); };
    const form = element("form", { onsubmit: async event => {
      event.preventDefault();
      const { old, fresh, again } = Object.fromEntries(new FormData(form));
      if (fresh !== again) return tell("The two new passwords differ.", true);
      tell("one moment …", false);
      try {
        await this.session.changePassword(old, fresh);
        form.reset();
        tell("Changed; every other session has ended.", false);
      } catch (error) {
        tell(error.message, true);
      }
    } }, element("input", { name: "username", autocomplete: "username", hidden: true, readonly: true, value: "admin" }), element("div", { class: "fields" },
      field("Present password", "old", "current-password"), field("New password", "fresh", "new-password"), field("New password again", "again", "new-password")),
      said, element("div", { class: "row" }, element("button", { class: "do" }, "Change password"),
        element("button", { type: "button", class: "do quiet", onclick: () => this.session.logout() }, "Log out"),
        element("button", { type: "button", class: "do quiet", onclick: () => this.#everyoneOut(tell) }, "Sign everyone out")));
    return form;
  }

  async #everyoneOut(tell) {
    try {
      await this.session.call("auth.sign_everyone_out");
    } catch (error) {
      tell(error.message, true);
    }
  }

  #say(words, wrong) {
    this.said.classList.toggle("wrong", wrong);
    setText(this.said, words);
  }
}
