/**
 * What is said, in English. A page gives its own texts under the same keys. `{name}` stands for a value.
 */

/** @typedef {{ readonly [key: string]: string }} Texts */

/** @type {Texts} */
export const ENGLISH = {
    "status.passed": "Passed",
    "status.failed": "FAILED",
    "status.skipped": "Not shown",
    "verdict.running": "Verifying …",
    "verdict.progress": "Verifying … {count} entries so far.",
    "verdict.valid": "VALID. Every step that could be tried has passed.",
    "verdict.invalid":
        "NOT VALID. What was given is not what the log's operator signed, the log was rewritten, or it says what no " +
        "registry could have done.",
    "verdict.unjudged": "This cannot be judged. Nothing is shown to be right.",
    "verdict.stopped": "Stopped. Nothing is shown.",
    "place.line": "Line {line}: {detail}",
    "place.part": "Part {part}: {detail}",
    "place.entry": "entry {entry}: {detail}",
    "place.rule": "{rule}: {detail}",

    "step.lines": "Lines",
    "step.header": "Origin",
    "step.leaves": "Entries",
    "step.leaf": "Leaf",
    "step.shown": "What the page shows",
    "step.bodies": "What the entries say",
    "step.body": "What the entry says",
    "step.versions": "Versions of the streams",
    "step.times": "Times",
    "step.erasures": "Erased entries",
    "step.meaning": "What the entries mean",
    "step.roots": "Roots of the tree",
    "step.root": "Root of the tree",
    "step.inclusion": "Inclusion in the log",
    "step.signatures": "Signatures of the checkpoints",
    "step.signature": "Signature",
    "step.statement": "Nothing was withheld",
    "step.whole": "The file is whole",
    "step.key": "Whose key it is",
    "step.witnesses": "Witnesses",
    "step.time": "The time of the receipt",
    "step.decision": "The decision",
    "step.kept": "The checkpoint that you kept",
    "step.remembered": "The checkpoint seen before",

    stopped: "Not tried to the end, for something else failed.",
    nothing: "There is nothing to verify.",
    "lines.passed": "Each line is canonical JSON. Parts: {parts}.",
    "header.log": "The log {origin}, {to} entries.",
    "header.creator": "The events of {creator} in the log {origin}.",
    "leaves.passed": "{count} leaves, each in its place.",
    "leaf.passed": "Entry {entry} is a leaf of type {type}.",
    "shown.passed": "The leaf has the id, the place, the version, the kind and the time that the page shows.",
    "shown.nothing": "The page shows nothing to compare the leaf with.",
    "bodies.passed": "{count} bodies are those that their leaves commit to.",
    "body.passed": "The leaf commits to it.",
    "body.notGiven": "The body and its salt were not given. An export has them.",
    "versions.passed": "No version is missing in any of {streams} streams. Each entry names the one before it.",
    "versions.creator": "Versions 1 to {version} are there. Each entry names the one before it.",
    "times.passed": "Changes from {from} to {to}.",
    "erasures.none": "No body is missing.",
    "erasures.passed": "{count} bodies are missing, and erasures cover all of them.",
    "meaning.passed": "Each event follows from those before it, by the rules of replay.",
    "meaning.ofStream": "Each event follows from those of its stream. What other streams say was not there.",
    "meaning.left": "What the entries mean was not judged.",
    "roots.passed": "{count} roots were computed again. The last one, of {size} entries, is {root}.",
    "inclusion.all": "{count} entries are in the tree of {size} entries with the root {root}.",
    "inclusion.passed": "Entry {entry} is in the tree of {size} entries with the root {root}.",
    "signatures.passed": "Verified signatures: {count}.",
    "signature.passed": "The log {origin} signed its checkpoint of {size} entries.",
    "statement.passed": "The registry signed that the stream ends with version {version}.",
    "whole.passed": "The last line has the hash of all others.",
    "key.pinned": "The signatures are of a key that you pinned.",
    "key.registry":
        "The key is the registry's own, as it gives it now. This trusts the operator: whoever runs " +
        "the registry can replace it. " +
        "Pin a verifier key that you got in another way.",
    "key.file": "The file brings its own keys. This shows that the file is whole, not whose it is.",
    "witnesses.unknown": "No verifier key of a witness was given.",
    "witnesses.none": "None of the witnesses that were given has cosigned.",
    "witnesses.passed": "Verified cosignatures: {count}.",
    "receipt.signed": "The registry signed the decision {effect}, at {at}.",
    "receipt.rootInExport": "The export has the root {root} at {size} entries.",
    "receipt.rootInLog": "The log begins with the {size} entries that the receipt names.",
    "receipt.time": "The versions that it names were in force at {at}.",
    "receipt.timesUnknown": "Only an export shows when the versions were made that it names.",
    "receipt.timeNotShown": "A change was made within 60 seconds of it: not shown is what was in force.",
    "receipt.notDecidedAgain": "It is not decided again here. The command consent verify does that.",
    "kept.passed": "The log begins with the {size} entries of the checkpoint that you kept.",
    "remembered.first": "This is the first checkpoint that was seen. It is remembered: {size} entries.",
    "remembered.consistent": "The log goes on from what was seen before. Entries before: {before}, now: {size}.",
    "remembered.newKey":
        "The log goes on from what was seen before, but a key signed that was not seen before. Entries before: " +
        "{before}, now: {size}.",
    "remembered.unavailable": "This browser stores nothing for this page, so that nothing is remembered.",

    "json.invalid": "It is not JSON.",
    "json.notCanonical": "It is not canonical JSON.",
    "line.utf8": "It is not UTF-8.",
    "line.form": "It is not a line of an export.",
    "line.kind": "A line of this kind does not belong here.",
    "line.tooLong": "The line is longer than {limit} bytes.",
    "file.unknown": "This is no export, receipt, checkpoint or proof.",
    "file.unreadable": "The file could not be read.",
    "file.onePart": "Only exports of the whole log have several parts.",
    "format.newer": "The format has version {version}, which this program does not know.",
    "header.form": "The beginning is not that of an export.",
    "header.otherOrigin": "This is of another log: {other}, not {origin}.",
    "header.from": "It begins with entry {from}, not {expected}. Give all parts, in their order.",
    "export.tooManyParts": "More than {limit} parts were given.",
    "export.count": "There should be {expected} entries, but there are {found}.",
    "export.cut": "The file was cut short: its last line is missing. Export again from there.",
    "export.afterEnd": "There is something after the end.",
    "export.hash": "The hash in the last line is not that of the lines before.",
    "export.noCheckpoint": "There is no checkpoint.",
    "export.foreignKeys":
        "Entries {from} to {to} are signed by keys that are not trusted, and that no trusted key handed over to.",
    "export.uncovered": "No checkpoint covers the entries {from} to {to}.",
    "entry.form": "It is not an entry.",
    "entry.order": "Entry {expected} should be here.",
    "entry.notLater": "It is not later in the log than the one before.",
    "entry.time": "It is dated long before an entry that precedes it.",
    "leaf.form": "It is not a leaf.",
    "leaf.tooLong": "The leaf is longer than {limit} bytes.",
    "leaf.unknownType": "This program does not know events of the type {type}.",
    "body.form": "It is not a body.",
    "body.record": "It says something that no registry writes for the type {type}.",
    "body.salt": "The salt is not 32 bytes in base64url.",
    "body.commitment": "The body is not the one that the leaf commits to.",
    "bundle.otherStream": "The entry is of another stream.",
    "chain.version":
        "Event {n} of version {version} follows, where event {expectedN} of version {expected} should. An entry " +
        "is missing, or there twice.",
    "chain.gap":
        "Event {n} of version {version} does not follow the entry before. An entry is missing, or there twice.",
    "chain.afterErasure": "The stream goes on after its creator was erased.",
    "body.kept": "The body is missing, which no erasure takes from an event of the type {type}.",
    "body.otherStream": "An event of the type {type} does not belong in its stream.",
    "erasure.others": "It covers entries that are not of its stream, or not all that are.",
    "chain.time": "The events of its version have several times.",
    "chain.prev": "It does not name the entry before it in its stream.",
    "chain.apart": "The events of version {version} do not stand together: event {n} is out of place.",
    "chain.unfinished": "The last version has {n} of {of} events.",
    "erasure.missing": "Its body is missing, and no erasure covers it.",
    "erasure.noBody": "It erases, and has no body itself.",
    "erasure.range": "It erases entries that come after it.",
    "erasure.stream": "The missing bodies that it covers are not all that is missing of its stream.",
    "rule.eventTwice": "Another event has the same id.",
    "rule.streamTime": "It is not later than the version before it.",
    "rule.recordBefore": "It begins with another record than the event before it left.",
    "rule.recordStamp": "Its record has another version or time than its leaf.",
    "rule.recordUnchanged": "It changes nothing.",
    "rule.recordStream": "Its record belongs to another stream.",
    "rule.purposeUnknown": "It names a purpose that the vocabulary does not know.",
    "rule.vocabularyVersion": "It names a version that the vocabulary had not reached.",
    "rule.purposeEntry": "The purpose is in the vocabulary already, its parent is not, or there are too many.",
    "rule.settingRatchet": "The default is not what setting it makes of the one before.",
    "rule.settingExpired": "The allow had expired when it was set.",
    "rule.denyKeepsGrant": "A deny leaves a grant that it touches.",
    "rule.stopNarrowed": "The stop does not have all that it had before.",
    "rule.videoWidened": "A fact about the video changes so that consent can become wider, and no reason is given.",
    "rule.videoFacts":
        "The video has too many participants, sources or identifiers, is its own source, or was published later.",
    "rule.approvalOpened": "The request does not begin as one that can be answered.",
    "rule.approvalAnswered": "The request could not be answered any more, or more of it changes than its answer.",
    "rule.approvalBlocked": "The creator does not want to be asked by this requester.",
    "rule.approvalParts": "Another creator is asked something else in the same request.",
    "rule.grantUnasked": "Its version approves no request that the grant could answer.",
    "rule.grantWider": "The grant is for more than was asked for, or had ended when it was given.",
    "rule.grantEnded": "The grant could not end so, or more of it changes than its end.",
    "rule.grantSpentEarly": "The log does not have all uses of the grant.",
    "rule.grantNotSpent": "It is the last use of a grant, and no event says that the grant is spent.",
    "rule.useRecorded": "The use is of no video, of one twice, or spends a grant twice or where nobody consented.",
    "rule.useUnknownGrant": "It spends a grant that was not given, or not for this use.",
    "rule.useBeyondGrant": "It spends a grant that has no uses left.",
    "rule.useAfterGrant": "It spends a grant that had ended.",
    "rule.useMoment": "Its time does not fit the time at which it was recorded, or that of its receipt.",
    "rule.useUngranted": "It says that a grant allowed it, and the log has no such grant.",
    "rule.recallIssued": "The recall does not begin as one that can be answered.",
    "rule.recallAnswered": "The recall could not be answered so, or more of it changes than its answer.",
    "checkpoint.form": "It is not a checkpoint.",
    "checkpoint.place": "A checkpoint of {size} entries is here, after {expected} entries.",
    "checkpoint.root": "The root of {size} entries is {computed}. The checkpoint says {stated}.",
    "checkpoint.unsigned": "No key that is believed has signed this checkpoint of {origin}.",
    "note.form": "It is not a signed note.",
    "note.tooLong": "The note is longer than {limit} bytes.",
    "note.tooManySignatures": "The note has more than {limit} signatures.",
    "note.signature": "The signature of {name} is wrong.",
    "keys.form": "It is not a set of keys of a log.",
    "keys.handover": "A key names another as the one before it, which did not sign that.",
    "key.none": "No key was given to verify it with.",
    "key.form": "It is not a verifier key.",
    "key.algorithm": "This program does not know verifier keys of type {algorithm}.",
    "key.hash": "The verifier key has another hash than it says: perhaps a letter is wrong.",
    "key.weak": "These bytes are no sound public key.",
    "key.tooMany": "More than {limit} keys were given.",
    "jws.form": "It is not a compact JWS.",
    "jws.tooLong": "It is longer than {limit} bytes.",
    "jws.header": "It is a JWS of another type.",
    "jws.unknownKey": "It names a key that is not among those that are believed.",
    "jws.key": "The key is not a point of its curve.",
    "jws.signature": "The signature is wrong.",
    "crypto.noEd25519": "This browser cannot verify Ed25519. Nothing that is signed is shown.",
    "crypto.noP256": "This browser cannot verify ECDSA. Nothing that is signed is shown.",
    "inclusion.failed": "The proof does not lead to the root of the checkpoint.",
    "statement.missing": "There is no statement of where the stream ends.",
    "statement.other": "The statement is of another stream, log or tree.",
    "statement.withheld":
        "The stream ends with version {stated}, but the entries end with {found}, or with another leaf.",
    "proof.form": "It is not the proof of an entry.",
    "proof.otherEvent": "The leaf is of another event.",
    "proof.noCheckpoint": "No checkpoint of {size} entries was given.",
    "shown.differs": "The page shows something else than the leaf says: {member}.",
    "receipt.form": "It is not a receipt.",
    "receipt.empty": "There is no receipt in the file.",
    "receipt.tooMany": "The file has more than {limit} receipts.",
    "receipt.rootUnknown": "Nothing shows what the log was at {size} entries.",
    "receipt.early": "It is dated {at}, before version {version} of {stream}, which it names.",
    "receipt.late": "It is dated {at}, when {stream} was beyond version {version} already, which it names.",
    "receipt.longer": "The export does not have version {version} of {stream}, which it names.",
    "receipt.otherRoot": "The log had another root at {size} entries than the receipt says.",
    "kept.beyond":
        "It covers {size} entries, and the export has {last}. THE LOG WAS CUT, or the export is an older one.",
    "kept.fork": "The log had another root at {size} entries. IT WAS REWRITTEN.",
    "remembered.fork":
        "THE LOG WAS REWRITTEN. The checkpoint of {size} entries and that of {before} entries, seen before, " +
        "are of different histories. " +
        "Keep both, and tell others.",
    "remembered.smaller":
        "THE LOG HAS BECOME SMALLER. It has {size} entries now, and had {before} when it was seen before. Keep " +
        "both checkpoints, and tell others.",
    "remembered.alarm": "An earlier alarm about this log stands. It stays until you dismiss it.",
    "remembered.noProof":
        "Nothing proves that the checkpoint of {size} entries and that of {before} entries are of one history.",
    "remembered.broken": "What was remembered of this log was altered in this browser. Forget it to begin anew.",
    "remembered.tooMany": "More than {limit} keys of this log are remembered. Forget them to begin anew.",
    "fetch.failed": "{address} did not answer.",
    "fetch.status": "{address} answered with status {status}.",
    "fetch.tooLong": "{address} answered with more than {limit} bytes.",
    "fetch.answer": "{address} answered with something else than was asked for.",

    "pin.remembered": "Pinned. From now on only this key is believed for checkpoints.",
    "pin.forgotten": "No key is pinned.",
};

/**
 * @param {string} key
 * @param {import("./outcome.js").Values} [values]
 * @param {Texts} [texts]
 */
export function say(key, values = {}, texts = ENGLISH) {
    let detail = textOf(key, texts).replaceAll(/\{(\w+)\}/g, (whole, name) =>
        Object.hasOwn(values, name) ? String(values[name]) : whole,
    );
    for (const place of ["rule", "entry", "line", "part"]) {
        const at = values[place];
        const names = textOf(key, texts).includes(`{${place}}`);
        if (at === undefined || names) continue;
        detail = textOf(`place.${place}`, texts).replaceAll(/\{(\w+)\}/g, (_, name) =>
            name === "detail" ? detail : String(at),
        );
    }
    return detail;
}

/**
 * @param {string} key
 * @param {Texts} texts
 */
function textOf(key, texts) {
    const from = [texts, ENGLISH].find((one) => Object.hasOwn(one, key));
    return from?.[key] ?? key;
}
