// Lists the operations of /api/openapi.json and sends the requests that a reader fills in.
"use strict";

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function field(parameter) {
  const input = element("input", { name: parameter.name, required: parameter.required === true });
  input.dataset.in = parameter.in;
  const label = element("label", {}, element("code", {}, parameter.name), input);
  if (parameter.description) label.append(element("small", {}, parameter.description));
  return label;
}

function address(path, form) {
  const query = new URLSearchParams();
  let filled = path;
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.in === "path") filled = filled.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "") query.set(input.name, input.value);
  }
  return query.size > 0 ? `${filled}?${query}` : filled;
}

async function send(method, path, form, output) {
  const url = address(path, form);
  const body = form.querySelector("textarea")?.value;
  const options = { method, headers: body === undefined ? {} : { "Content-Type": "application/json" }, body };
  output.textContent = `${method} ${url}\n…`;
  try {
    const response = await fetch(url, options);
    const type = response.headers.get("content-type") ?? "";
    let shown = `${(await response.clone().arrayBuffer()).byteLength} bytes ${type}`;
    if (type.includes("json")) shown = JSON.stringify(await response.json(), null, 2);
    else if (type.startsWith("text/") || type.includes("text;")) shown = await response.text();
    output.textContent = `${method} ${url}\n${response.status}\n\n${shown}`;
  } catch (error) {
    output.textContent = `${method} ${url}\n${error}`;
  }
}

function operation(path, method, described) {
  const form = element("form");
  for (const parameter of described.parameters ?? []) form.append(field(parameter));
  if (described.requestBody) form.append(element("textarea", { value: "{}", ariaLabel: "body" }));
  const output = element("pre", { hidden: true });
  form.append(element("button", {}, "发送 Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    output.hidden = false;
    send(method.toUpperCase(), path, form, output);
  });
  const text = [described.summary, described.description].filter(Boolean).join(" ");
  const head = element("summary", {}, element("b", {}, method.toUpperCase()), element("code", {}, path));
  return element("details", {}, head, element("p", {}, text), form, output);
}

async function show() {
  const main = document.getElementById("operations");
  const described = await (await fetch("/api/openapi.json")).json();
  const groups = new Map();
  for (const [path, item] of Object.entries(described.paths)) {
    for (const [method, one] of Object.entries(item)) {
      const tag = one.tags?.[0] ?? "other";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(path, method, one));
    }
  }
  main.replaceChildren(...[...groups].flatMap(([tag, made]) => [element("h2", {}, tag), ...made]));
}

show();
