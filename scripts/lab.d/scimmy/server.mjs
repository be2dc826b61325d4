// SCIMMY in the lab: scimmy-routers on Express, data in memory.
//
//     server.mjs MODULES PORT_FILE PORT
//
// MODULES is the folder of node_modules. PORT 0 is any free port, and "N?" is N if it is free, else
// any; the port is written to PORT_FILE once the server listens. The base URL is
// http://127.0.0.1:PORT/scim/v2, and http://127.0.0.1:PORT/t/NAME/scim/v2 for any NAME: each name has
// resources of its own, empty at first. The environment variable SCIM_TOKEN_FILE names the bearer
// token's file.
import {randomUUID, timingSafeEqual} from "node:crypto";
import {readFileSync, renameSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";

const [modules, portFile, wanted] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const express = require("express");
const {SCIMMYRouters, SCIMMY} = require("scimmy-routers");

const expected = Buffer.from(`Bearer ${readFileSync(process.env.SCIM_TOKEN_FILE, "utf8").trim()}`);

// The library leaves storing to its host: here one map per tenant and type.
class Store {
    rows = new Map();

    // `unique` is the attribute that tells resources apart, without regard to case.
    constructor(unique) {
        this.unique = unique;
    }

    row(id) {
        const row = this.rows.get(id);
        if (!row) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
        return row;
    }

    write(id, data) {
        const before = id && this.row(id);
        const name = value => String(value ?? "").toLowerCase();
        for (const other of this.rows.values())
            if (other.id !== id && name(other[this.unique]) === name(data[this.unique]))
                throw new SCIMMY.Types.Error(409, "uniqueness", `${this.unique} is in use`);
        const now = new Date();
        const row = {...data, id: id ?? randomUUID(), meta: {created: before?.meta.created ?? now, lastModified: now}};
        this.rows.set(row.id, row);
        return row;
    }

    find(filter) {
        const rows = [...this.rows.values()];
        return filter ? filter.match(rows) : rows;
    }
}

const tenants = new Map();
const stores = name => {
    if (!tenants.has(name)) tenants.set(name, {User: new Store("userName"), Group: new Store("displayName")});
    return tenants.get(name);
};

const {User, Group} = SCIMMY.Resources;
User.extend(SCIMMY.Schemas.EnterpriseUser);
for (const [kind, Resource] of Object.entries({User, Group}))
    SCIMMY.Resources.declare(Resource)
        .ingress((resource, data, tenant) => stores(tenant)[kind].write(resource.id, JSON.parse(JSON.stringify(data))))
        .egress((resource, tenant) => {
            const store = stores(tenant)[kind];
            return resource.id ? store.row(resource.id) : store.find(resource.filter);
        })
        .degress((resource, tenant) => {
            const store = stores(tenant)[kind];
            store.rows.delete(store.row(resource.id).id);
        });

const app = express();
app.disable("x-powered-by");
app.set("etag", false);
app.use(["/t/:tenant/scim/v2", "/scim/v2"], new SCIMMYRouters({
    type: "bearer",
    baseUri: request => `http://${request.get("host")}`,
    context: request => request.params.tenant ?? "",
    handler: request => {
        const given = Buffer.from(request.get("authorization") ?? "");
        if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error("a bearer token is needed");
    },
}));

function listen(port) {
    const server = app.listen(port, "127.0.0.1", () => {
        writeFileSync(`${portFile}.new`, `${server.address().port}\n`);
        renameSync(`${portFile}.new`, portFile);
    });
    server.keepAliveTimeout = 60_000;
    server.on("error", error => {
        if (error.code !== "EADDRINUSE" || !wanted.endsWith("?") || port === 0) throw error;
        listen(0);
    });
}

process.on("SIGTERM", () => process.exit(0));
listen(Number.parseInt(wanted));
