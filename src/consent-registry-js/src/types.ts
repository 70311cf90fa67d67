import type { components, WebhookMessages } from "./openapi.js";

type Schemas = components["schemas"];

/** One question: may this requester use this video for this purpose? */
export type Check = Schemas["CheckRequest"];

/** A check of a batch: creator and purpose may be in the batch's defaults. */
export type BatchCheck = Schemas["BatchCheck"];

/** Fields that the checks of a batch have in common; a check's own field goes before. */
export type BatchDefaults = Schemas["CheckDefaults"];

/** What a creator attaches to an allow. A newer registry may know more of them. */
export type Condition = Schemas["Condition"];

/** A video, by its owner and the owner's id for it. */
export type VideoName = Required<{ [Member in keyof Schemas["VideoName"]]: string }>;

/** What a creator wants to set for all videos. */
export type DefaultChoice = Schemas["SetDefaultRequest"];

/** What a creator wants to set for one video. */
export type OverrideChoice = Schemas["SetOverrideRequest"];

/** One item of a bulk change. */
export type SettingChange = Schemas["ChangeItem"];

/** A bulk change. */
export type ChangeSettings = Schemas["ChangeSettingsRequest"];

/** An emergency stop: of some purposes with everything above and below, or of everything. */
export type Lockdown = Schemas["LockdownRequest"];

/** What came of a change. `effectiveEverywhere` says whether every node answers with it already. */
export type Change = Schemas["Change"];

/** Everything that a creator has said, apart from single videos. */
export type Consent = Schemas["Consent"];

/** Facts about a video. What is left out stays as it is. */
export type VideoFacts = Schemas["RegisterVideoRequest"];

/** What came of a registration. */
export type Registration = Schemas["Registration"];

/** One event of the consent history. Ignore kinds that you do not know. */
export type ChangeEvent = Schemas["HistoryItem"];

/** The body of a webhook's message: its `type` says which it is. Ignore types and members of `data` that you do not know. */
export type NotificationMessage = WebhookMessages[keyof WebhookMessages];
