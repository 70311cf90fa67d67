// Made from docs/openapi.json by ./dev openapi. Do not edit.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An acknowledgement. */
        AcknowledgeRequest: {
            /** @description What was done, for the creators; at most 1,000 characters. */
            statement?: null | string;
        };
        /** @description The checks that a change may have given another answer: what to ask again, and to drop from a cache. It may name more checks than those that changed, and never fewer. */
        AffectedChecks: {
            /** @description On whose word they rest; null for everybody's. */
            creatorId: null | string;
            /** @description Only checks of this video and of videos that were made from it; null for all that rest on the creator's word. */
            video: components["schemas"]["VideoName"] | null;
            /** @description Only checks for these purposes, and for those below or above them; null for all. */
            purposes: null | string[];
            /** @description Only checks for this requester; null for all. */
            requester: null | string;
        };
        /** @description A video of somebody else in which a creator is registered as a participant. */
        Appearance: {
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /**
             * Format: date-time
             * @description When it was published; null if that is unknown.
             */
            publishedAt: null | string;
            /** @description How the creator is concerned: `coCreator`, `depicted` or both. */
            roles: components["schemas"]["ParticipantRole"][];
        };
        /** @description A page of a list. */
        AppearancePage: {
            /** @description The items. */
            items: components["schemas"]["Appearance"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /**
         * @description Which videos a new allow default reaches.
         *
         *     - `future`: Videos published from now on; those that stand are never widened.
         *     - `all`: Every video, by the creator's explicit word.
         * @enum {string}
         */
        AppliesTo: "future" | "all";
        /** @description What happened. Pass over members that you do not know. */
        ApprovalApprovedData: {
            /**
             * Format: uuid
             * @description The approval request.
             */
            requestId: string;
            /** @description Who asked, used the video or has to stop. */
            requester: string;
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description The purpose. */
            purpose: string;
            /**
             * Format: date-time
             * @description Until when the request can be answered, or the grant holds.
             */
            expiresAt: null | string;
            /** @description Which checks to ask again. Absent where none has another answer, and in what was told by an older service. */
            affects?: components["schemas"]["AffectedChecks"];
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        ApprovalApprovedMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "approvalApproved";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["ApprovalApprovedData"];
        };
        /** @description What happened. Pass over members that you do not know. */
        ApprovalExpiringData: {
            /** @description Whom it is about: whose settings changed, who is asked, or whom a use concerns. */
            creatorId: string;
            /**
             * Format: uuid
             * @description The approval request.
             */
            requestId: string;
            /**
             * Format: uuid
             * @description The grant that is about to expire.
             */
            grantId?: string;
            /** @description Who asked, used the video or has to stop. */
            requester: string;
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description The purpose. */
            purpose: string;
            /**
             * Format: date-time
             * @description Until when the request can be answered, or the grant holds.
             */
            expiresAt: null | string;
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        ApprovalExpiringMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "approvalExpiring";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["ApprovalExpiringData"];
        };
        /** @description What happened. Pass over members that you do not know. */
        ApprovalRefusedData: {
            /**
             * Format: uuid
             * @description The approval request.
             */
            requestId: string;
            /** @description Who asked, used the video or has to stop. */
            requester: string;
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description The purpose. */
            purpose: string;
            /**
             * Format: date-time
             * @description Until when the request can be answered, or the grant holds.
             */
            expiresAt: null | string;
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        ApprovalRefusedMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "approvalRefused";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["ApprovalRefusedData"];
        };
        /** @description An approval request as its requester sees it: one, however many creators it concerns. */
        ApprovalRequest: {
            /**
             * Format: uuid
             * @description The request.
             */
            id: string;
            /** @description Who asks. */
            requester: string;
            /** @description The video that they want to use. */
            video: components["schemas"]["VideoName"];
            /** @description For which purpose. */
            purpose: string;
            /** @description What they mean to do, in plain words. */
            use: string;
            /**
             * Format: date-time
             * @description For how long they want it; null if for good.
             */
            until: null | string;
            /**
             * Format: int32
             * @description How many uses they want; null if any number.
             */
            uses: null | number;
            /** @description Where the request stands as a whole. */
            status: components["schemas"]["ApprovalStatus"];
            /**
             * Format: date-time
             * @description When it was made.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description Until when it can be answered.
             */
            expiresAt: string;
            /** @description Everybody who is asked, and what they answered. */
            asked: components["schemas"]["AskedCreator"][];
        };
        /** @description The answer to a requester who asked, or took a request back. */
        ApprovalRequestChange: {
            /** @description The request as it stands. */
            request: components["schemas"]["ApprovalRequest"];
            /** @description The versions of the streams of everybody who is asked, for `minVersions` of a check. */
            versions: {
                [key: string]: number;
            };
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description A page of a list. */
        ApprovalRequestPage: {
            /** @description The items. */
            items: components["schemas"]["ApprovalRequest"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /** @description What happened. Pass over members that you do not know. */
        ApprovalRequestedData: {
            /** @description Whom it is about: whose settings changed, who is asked, or whom a use concerns. */
            creatorId: string;
            /**
             * Format: uuid
             * @description The approval request.
             */
            requestId: string;
            /** @description Who asked, used the video or has to stop. */
            requester: string;
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description The purpose. */
            purpose: string;
            /**
             * Format: date-time
             * @description Until when the request can be answered, or the grant holds.
             */
            expiresAt: null | string;
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        ApprovalRequestedMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "approvalRequested";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["ApprovalRequestedData"];
        };
        /**
         * @description What became of a request. Its expiry is no state: it is compared with the clock.
         *
         *     - `open`: It waits for the creator.
         *     - `approved`: The creator gave grants.
         *     - `refused`: The creator refused.
         *     - `withdrawn`: The requester took it back.
         * @enum {string}
         */
        ApprovalState: "open" | "approved" | "refused" | "withdrawn";
        /**
         * @description Where a request stands.
         *
         *     - `open`: Somebody who is concerned can still answer, and nobody refused.
         *     - `approved`: Everybody concerned approved.
         *     - `refused`: Somebody refused.
         *     - `withdrawn`: The requester took it back.
         *     - `expired`: It was not answered in time; or somebody who is concerned was erased, so that it cannot be approved any more.
         * @enum {string}
         */
        ApprovalStatus: "open" | "approved" | "refused" | "withdrawn" | "expired";
        /** @description What a creator approves: what was asked for, or less. */
        ApproveRequest: {
            /** @description The purpose, which is the one that was asked for or one below; that one without it. */
            purpose?: null | string;
            /** @description What the requester has to do. */
            conditions?: null | components["schemas"]["Condition"][];
            /**
             * Format: date-time
             * @description When it ends, RFC 3339, not later than was asked for; then without it.
             */
            until?: null | string;
            /**
             * Format: int32
             * @description For how many uses, not more than were asked for; for those without it.
             */
            uses?: null | number;
            /**
             * Format: int32
             * @description The vocabulary that the creator saw; the grant never reaches purposes newer than it.
             */
            vocabularyVersion?: null | number;
            /** @description A word to the history; at most 1,000 characters. */
            reason?: null | string;
        };
        /** @description An approval request as one creator who is asked sees it. */
        Asked: {
            /**
             * Format: uuid
             * @description The request.
             */
            id: string;
            /** @description Who asks. */
            requester: string;
            /** @description The video that they want to use. */
            video: components["schemas"]["VideoName"];
            /** @description The creator's videos about which they are asked: that one, or those it was made from; or the video they appear in. */
            videos: components["schemas"]["VideoName"][];
            /** @description For which purpose. */
            purpose: string;
            /** @description What the requester means to do, in plain words. */
            use: string;
            /**
             * Format: date-time
             * @description For how long they want it; null if for good.
             */
            until: null | string;
            /**
             * Format: int32
             * @description How many uses they want; null if any number.
             */
            uses: null | number;
            /** @description What the creator answered. */
            status: components["schemas"]["ApprovalStatus"];
            /** @description Why they refused, in their words. */
            reason: null | string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description Until when it can be answered.
             */
            expiresAt: string;
            /** @description What the creator granted. */
            grants: components["schemas"]["Grant"][];
        };
        /** @description The answer to a creator who approved or refused. */
        AskedChange: {
            /** @description The creator. */
            creatorId: string;
            /**
             * Format: int64
             * @description The version of the creator's stream, for `minVersions` of a check.
             */
            version: number;
            /** @description The request as it stands. */
            request: components["schemas"]["Asked"];
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description One creator who is asked. */
        AskedCreator: {
            /** @description The creator. */
            creatorId: string;
            /** @description What they answered. */
            status: components["schemas"]["ApprovalStatus"];
            /** @description Why they refused, in their words, if they said so. */
            reason: null | string;
            /** @description What they granted, a grant for each video of theirs. */
            grants: components["schemas"]["Grant"][];
        };
        /** @description A page of a list. */
        AskedPage: {
            /** @description The items. */
            items: components["schemas"]["Asked"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /** @description Where the endpoints are. */
        AuthZenConfiguration: {
            /** @description The address of the service. */
            policy_decision_point: string;
            /** @description Where one evaluation is asked for. */
            access_evaluation_endpoint: string;
            /** @description Where many are asked for. */
            access_evaluations_endpoint: string;
        };
        /** @description Who made a change. */
        Author: {
            /** @description The person or account that signed in; null for a service of its own. */
            subject: null | string;
            /** @description The program that called; null if the token named none. */
            client: null | string;
            /** @description The creator for whom an agency acted; null if nobody was acted for. */
            onBehalfOf: null | string;
            /** @description What they gave as the reason. */
            reason: null | string;
        };
        /** @description One question: may this requester use this video for this purpose? The video is named by `creatorId` and `videoId`, or by `content`. A field that is left out is that of the batch's `defaults`; together they are a whole check. */
        BatchCheck: {
            /** @description The video's owner; not with `content`. */
            creatorId?: null | string;
            /** @description The owner's id for the video; not with `content`. */
            videoId?: null | string;
            /** @description The purpose. */
            purpose?: null | string;
            /** @description Who wants to use the video; the token's own client without it. */
            requester?: null | string;
            /** @description Streams' versions that the answer must know at least, by creator; at most 64. */
            minVersions?: null | {
                [key: string]: number;
            };
            /** @description How the check comes by its facts. */
            consistency?: components["schemas"]["Consistency"] | null;
            /**
             * Format: int32
             * @description For how long the caller means to reuse an allow, in milliseconds, at most 300,000. Such reuse is outside the promise that an acknowledged change is in force.
             */
            maxStalenessMs?: null | number;
            /** @description Whether to say how the decision came about. */
            explain?: null | boolean;
            /** @description Whether to answer with a receipt: the decision, signed, which anybody can verify and decide again later. */
            receipt?: null | boolean;
            /**
             * Format: date-time
             * @description A past moment, RFC 3339, to be asked about instead of now; takes `consent:audit`. Not in a batch.
             */
            asOf?: null | string;
            /** @description Whether to answer with an id of the decision. A receipt, a recorded use and the operator's log of decisions name it, too. */
            decisionId?: null | boolean;
            /** @description Whether to answer with the versions of all streams consulted, for a cache that follows `GET /v1/changes`. */
            versions?: null | boolean;
            /** @description 1 to 16 identifiers of one content, in place of the ids. They stand for every registered video that carries one of them, and the strictest answer decides. Not with `asOf` or `receipt`, which take ids: `POST /v1/lookups` gives them. */
            content?: null | components["schemas"]["IdentifierReference"][];
        };
        /** @description The candidate that beats another. */
        BeatingSetting: {
            /** @description Whether it is a default or an override for the video. */
            scope: components["schemas"]["Scope"];
            /** @description The purpose that it is for. */
            purpose: string;
            /** @description The requester that it names; null for anybody. */
            requester: null | string;
        };
        /** @description A requester whom a creator keeps from asking. */
        Blocked: {
            /** @description The requester. */
            requester: string;
            /**
             * Format: int64
             * @description The version of the creator's stream that blocked them.
             */
            version: number;
            /**
             * Format: date-time
             * @description When they were blocked.
             */
            changedAt: string;
        };
        /** @description The answer to a creator who blocked a requester, or lets them ask again. */
        BlockedChange: {
            /** @description The creator. */
            creatorId: string;
            /**
             * Format: int64
             * @description The version of the creator's stream.
             */
            version: number;
            /**
             * Format: int32
             * @description 1; 0 if it was so already.
             */
            changes: number;
            /** @description The block that stands; absent if none does. */
            blocked?: components["schemas"]["Blocked"];
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description A page of a list. */
        BlockedPage: {
            /** @description The items. */
            items: components["schemas"]["Blocked"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /** @description The answer to a change of settings. */
        Change: {
            /** @description The creator. */
            creatorId: string;
            /**
             * Format: int64
             * @description The version of the creator's stream, for `minVersions` of a check.
             */
            version: number;
            /**
             * Format: int64
             * @description The version of the settings: the ETag.
             */
            settingsVersion: number;
            /**
             * Format: int32
             * @description How many records were altered; 0 if what was asked for already stood.
             */
            changes: number;
            /** @description The setting as stored, where a single one was set. */
            setting?: components["schemas"]["Setting"];
            /** @description The stop that stands, where one was set. */
            stop?: components["schemas"]["Stop"];
            /** @description What a new ask or deny did not reach. */
            exceptions: components["schemas"]["SettingExceptions"];
            /**
             * Format: int32
             * @description How many of the changes are grants that a deny revoked; absent if none.
             */
            revokedGrants?: number;
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description One item of a bulk change. */
        ChangeItem: {
            /** @description What to do. */
            op: components["schemas"]["ChangeOperation"];
            /** @description The purpose of the setting. */
            purpose: string;
            /** @description The requester that the setting names; without it, anybody. */
            requester?: null | string;
            /** @description Of an override, the video: an own one, or one in which the creator is registered as a participant. */
            video?: components["schemas"]["VideoName"] | null;
            /** @description Where something is set: the effect. */
            effect?: components["schemas"]["Effect"] | null;
            /** @description Of an allow default only: which videos it reaches. */
            appliesTo?: components["schemas"]["AppliesTo"] | null;
            /** @description What an allow or ask attaches. */
            conditions?: null | components["schemas"]["Condition"][];
            /**
             * Format: date-time
             * @description Of an allow only: when it ends, RFC 3339.
             */
            expiresAt?: null | string;
            /** @description Of an ask or deny default: also clear the more specific settings that answer less restrictively, those of this request apart. */
            clearExceptions?: null | boolean;
        };
        /**
         * @description What one item of a bulk change does.
         *
         *     - `setDefault`: Sets a default.
         *     - `clearDefault`: Clears a default.
         *     - `setOverride`: Sets an override for a video.
         *     - `clearOverride`: Clears an override for a video.
         * @enum {string}
         */
        ChangeOperation: "setDefault" | "clearDefault" | "setOverride" | "clearOverride";
        /** @description Changes that are made together, or not at all. */
        ChangeSettingsRequest: {
            /** @description The changes; 1 to 10,000, no two of one setting. */
            changes: components["schemas"]["ChangeItem"][];
            /**
             * @deprecated
             * @description True is answered as `previewChanges` answers, with nothing changed. Call that operation instead: this answer has another schema.
             */
            dryRun?: null | boolean;
            /** @description Why, for the history; at most 1,000 characters. */
            reason?: null | string;
            /**
             * Format: int32
             * @description The vocabulary that the creator saw; an allow never reaches purposes newer than it.
             */
            vocabularyVersion?: null | number;
        };
        /** @description Everybody's changes, in log order. */
        ChangesPage: {
            /** @description The events, by `seq`. */
            items: components["schemas"]["HistoryItem"][];
            /**
             * Format: int64
             * @description What to ask for next; null if the log has no more yet, and the last item's `seq` is what to come back with.
             */
            nextAfter: null | number;
        };
        /** @description The answers to many questions, in the order of the checks. */
        CheckBatch: {
            /** @description A result for each check. */
            results: components["schemas"]["CheckResult"][];
            /**
             * Format: date-time
             * @description The database's time at the poll that the answer is as new as; null if the facts could not be read.
             */
            freshAt: null | string;
            /**
             * Format: int64
             * @description How long the answers may all be reused, in milliseconds.
             */
            maxAgeMs: number;
        };
        /** @description Many questions at once. */
        CheckBatchRequest: {
            /** @description What the checks have in common. */
            defaults?: components["schemas"]["CheckDefaults"] | null;
            /** @description The checks; 1 to 1,000. */
            checks: components["schemas"]["BatchCheck"][];
        };
        /** @description Fields that checks of a batch have in common; a check's own field goes before. */
        CheckDefaults: {
            /** @description The videos' owner. */
            creatorId?: null | string;
            /** @description The purpose. */
            purpose?: null | string;
            /** @description Who wants to use the videos. */
            requester?: null | string;
            /** @description Streams' versions that the answers must know at least. */
            minVersions?: null | {
                [key: string]: number;
            };
            /** @description How the checks come by their facts. */
            consistency?: components["schemas"]["Consistency"] | null;
            /**
             * Format: int32
             * @description For how long the caller means to reuse an allow.
             */
            maxStalenessMs?: null | number;
            /** @description Whether to say how the decisions came about. */
            explain?: null | boolean;
            /** @description Whether to answer with receipts. */
            receipt?: null | boolean;
            /** @description Whether to answer with ids of the decisions. */
            decisionId?: null | boolean;
            /** @description Whether to answer with the versions of all streams consulted. */
            versions?: null | boolean;
        };
        /** @description One question: may this requester use this video for this purpose? The video is named by `creatorId` and `videoId`, or by `content`. */
        CheckRequest: {
            /** @description The video's owner; not with `content`. */
            creatorId?: null | string;
            /** @description The owner's id for the video; not with `content`. */
            videoId?: null | string;
            /** @description The purpose. */
            purpose: string;
            /** @description Who wants to use the video; the token's own client without it. */
            requester?: null | string;
            /** @description Streams' versions that the answer must know at least, by creator; at most 64. */
            minVersions?: null | {
                [key: string]: number;
            };
            /** @description How the check comes by its facts. */
            consistency?: components["schemas"]["Consistency"] | null;
            /**
             * Format: int32
             * @description For how long the caller means to reuse an allow, in milliseconds, at most 300,000. Such reuse is outside the promise that an acknowledged change is in force.
             */
            maxStalenessMs?: null | number;
            /** @description Whether to say how the decision came about. */
            explain?: null | boolean;
            /** @description Whether to answer with a receipt: the decision, signed, which anybody can verify and decide again later. */
            receipt?: null | boolean;
            /**
             * Format: date-time
             * @description A past moment, RFC 3339, to be asked about instead of now; takes `consent:audit`. Not in a batch.
             */
            asOf?: null | string;
            /** @description Whether to answer with an id of the decision. A receipt, a recorded use and the operator's log of decisions name it, too. */
            decisionId?: null | boolean;
            /** @description Whether to answer with the versions of all streams consulted, for a cache that follows `GET /v1/changes`. */
            versions?: null | boolean;
            /** @description 1 to 16 identifiers of one content, in place of the ids. They stand for every registered video that carries one of them, and the strictest answer decides. Not with `asOf` or `receipt`, which take ids: `POST /v1/lookups` gives them. */
            content?: null | components["schemas"]["IdentifierReference"][];
        };
        /** @description The answer to one check among many. A refused item has the same members as any other: it is not allowed, its effect is `deny`, nothing decided, and `error` says why. So a client that does not look at `error` reads a refusal. */
        CheckResult: {
            /** @description Why the item is no check; null of a decision. */
            error: components["schemas"]["ItemError"] | null;
            /**
             * Format: int64
             * @description Of a refused line of a stream: its number, from 1. Absent otherwise.
             */
            line?: number;
            /** @description Whether the use may go ahead: true for the effect `allow` and for nothing else. */
            allowed: boolean;
            /** @description The effect. */
            effect: components["schemas"]["Effect"];
            /** @description What decided. Null of a refused item. */
            reason: components["schemas"]["Reason"] | null;
            /** @description For `noConsent`: why there is none. */
            detail?: components["schemas"]["NoConsentDetail"];
            /** @description Who and what decided; null if the decision is `indeterminate`. */
            decidedBy: components["schemas"]["Decider"] | null;
            /** @description What the requester must observe: the conditions of everybody concerned. */
            obligations: components["schemas"]["Condition"][];
            /** @description Purposes below the checked one that an allow does not speak for: a use of them needs a check of its own. */
            excludes: string[];
            /**
             * Format: int64
             * @description The version of the owner's stream that the answer knows; null if the facts could not be read.
             */
            version: null | number;
            /**
             * Format: date-time
             * @description The database's time at the poll that the answer is as new as; null if the facts could not be read.
             */
            freshAt: null | string;
            /**
             * Format: int64
             * @description How long the answer may be reused, in milliseconds.
             */
            maxAgeMs: number;
            /** @description For the effect `ask`: where to ask. */
            askAt?: string;
            /** @description With `versions` or `explain`: the versions of all streams consulted, that of the vocabulary under `$vocabulary`. Left out where the answers of a request would list more than 20,000. */
            versions?: {
                [key: string]: number;
            };
            /** @description With `explain`: each creator considered, and what each of their settings did. */
            trace?: components["schemas"]["ConsideredCreator"][];
            /** @description With `explain`: true where the trace would list more than 20,000 creators and settings, and lists the first. */
            traceIsCut?: boolean;
            /** @description With `receipt`: the decision as a compact JWS. There is none of an `indeterminate` one. */
            receipt?: string;
            /**
             * Format: uuid
             * @description With `decisionId`: the id of the decision.
             */
            decisionId?: string;
            /** @description With `content`: the registered videos that carry it, by owner and id. A deny does not tell them to a caller who may only check for itself. */
            videos?: components["schemas"]["VideoName"][];
        };
        /**
         * @description What a creator attaches to an allow or ask; in an answer, an obligation of the requester.
         *
         *     - `attribution`: Name the creator.
         *     - `labelAsAi`: Label the result as made with AI.
         *     - `nonCommercial`: No commercial use.
         * @enum {string}
         */
        Condition: "attribution" | "labelAsAi" | "nonCommercial";
        /** @description Everything that a creator has said, apart from single videos. */
        Consent: {
            /** @description The creator. */
            creatorId: string;
            /**
             * Format: int64
             * @description The version of the creator's stream; 0 for a creator never heard of.
             */
            version: number;
            /**
             * Format: int64
             * @description The version of the settings, for `If-Match`: the ETag, or the part of it before a dot.
             */
            settingsVersion: number;
            /**
             * Format: date-time
             * @description When the stream last changed; null if it never did.
             */
            changedAt: null | string;
            /**
             * Format: date-time
             * @description When the creator was erased; null if they were not.
             */
            erasedAt: null | string;
            /** @description All defaults, by purpose and requester; at most 10,000 of them allow or ask. */
            defaults: components["schemas"]["Setting"][];
            /** @description The creator's emergency stop; null if none stands. */
            lockdown: components["schemas"]["Stop"] | null;
            /** @description The operator's stop; null if none stands. */
            hold: components["schemas"]["Stop"] | null;
            /**
             * Format: int64
             * @description How many overrides there are, for the creator's own videos and others'.
             */
            overrides: number;
        };
        /** @description What happened. Pass over members that you do not know. */
        ConsentChangedData: {
            /** @description Whom it is about: whose settings changed, who is asked, or whom a use concerns. */
            creatorId: string;
            /**
             * Format: int64
             * @description The version of the creator's stream.
             */
            version: number;
            /**
             * Format: int64
             * @description The creator's settings version.
             */
            settingsVersion: number;
            /**
             * Format: date-time
             * @description When the change was made.
             */
            changedAt: string;
            /**
             * Format: int32
             * @description How many records were altered.
             */
            changes?: number;
            /**
             * Format: int32
             * @description How many of them are grants that were revoked.
             */
            revokedGrants?: number;
            /** @description The first ten altered settings. */
            settings?: components["schemas"]["NotifiedSetting"][];
            /** @description The first ten of the requester's grants that were revoked. */
            grants?: components["schemas"]["NotifiedGrant"][];
            /** @description Of a change of the operator's stop: what stands; null when it was lifted. */
            hold?: components["schemas"]["NotifiedStop"] | null;
            /**
             * Format: date-time
             * @description When the creator was erased: drop what you keep of them.
             */
            erasedAt?: string;
            /** @description Who asked, used the video or has to stop. */
            requester?: string;
            /** @description Which checks to ask again. Absent where none has another answer, and in what was told by an older service. */
            affects?: components["schemas"]["AffectedChecks"];
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        ConsentChangedMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "consentChanged";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["ConsentChangedData"];
        };
        /** @description One creator's part in a decision. */
        ConsideredCreator: {
            /** @description The creator. */
            creatorId: string;
            /** @description How they are concerned by the video. */
            role: components["schemas"]["Role"];
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description Their own answer. */
            effect: components["schemas"]["Effect"];
            /** @description What decided it. */
            reason: components["schemas"]["Reason"];
            /** @description For `noConsent`: why there is none. */
            detail?: components["schemas"]["NoConsentDetail"];
            /** @description Their settings that were looked at, and what became of each. Empty where a stop decided. */
            settings: components["schemas"]["WeighedSetting"][];
        };
        /**
         * @description How a check comes by its facts.
         *
         *     - `fast`: The node's own facts, which no acknowledged change is missing from.
         *     - `strong`: Facts of a poll that was sent after the request arrived.
         * @enum {string}
         */
        Consistency: "fast" | "strong";
        /** @description The proof that a tree only appends to an earlier one. */
        ConsistencyProof: {
            /**
             * Format: int64
             * @description The size of the earlier tree.
             */
            from: number;
            /**
             * Format: int64
             * @description The size of the later one.
             */
            to: number;
            /** @description The hashes, base64 (RFC 6962, section 2.1.2); empty where both are the same. */
            proof: string[];
            /** @description The root of the earlier tree, base64. */
            fromRoot: string;
            /** @description The root of the later one, base64. */
            toRoot: string;
        };
        /** @description A webhook to be made. */
        CreateWebhookRequest: {
            /** @description Who is to be told. */
            audience: components["schemas"]["WebhookAudience"];
            /** @description The platform's client, the requester or the creator; without it, the caller's own client or, for a creator, the one who signed in. */
            owner?: null | string;
            /**
             * Format: uri
             * @description Where to send to: an address of the public internet that begins with https.
             */
            url: string;
            /** @description Of which kinds to tell; without it, of every one, those that come later included. */
            kinds?: null | components["schemas"]["NotificationKind"][];
        };
        /** @description Who and what decided. */
        Decider: {
            /** @description The creator who decided. */
            creatorId: string;
            /** @description How the creator is concerned by the video. */
            role: components["schemas"]["Role"];
            /** @description The video decided about: the checked one, or one that it was made from. */
            video: components["schemas"]["VideoName"];
            /** @description `default`, `override` or `grant`; null for a stop and for `noConsent`. */
            scope: components["schemas"]["DecidingScope"] | null;
            /** @description The purpose of the deciding setting; null for a stop and for `noConsent`. */
            purpose: null | string;
            /** @description The requester that the deciding setting names; null for anybody, for a stop and for `noConsent`. */
            requester: null | string;
            /**
             * Format: int64
             * @description The version of the creator's stream that last altered the deciding record; null for `noConsent`.
             */
            version: null | number;
            /**
             * Format: date-time
             * @description When the deciding record was last altered; null for `noConsent`.
             */
            changedAt: null | string;
        };
        /**
         * @description The words for what kind of record decided.
         *
         *     - `default`: A creator-wide setting.
         *     - `override`: A setting for the video.
         *     - `grant`: A grant.
         * @enum {string}
         */
        DecidingScope: "default" | "override" | "grant";
        /** @description The answer to a check. */
        Decision: {
            /** @description Whether the use may go ahead: true for the effect `allow` and for nothing else. */
            allowed: boolean;
            /** @description The effect. */
            effect: components["schemas"]["Effect"];
            /** @description What decided. */
            reason: components["schemas"]["Reason"];
            /** @description For `noConsent`: why there is none. */
            detail?: components["schemas"]["NoConsentDetail"];
            /** @description Who and what decided; null if the decision is `indeterminate`. */
            decidedBy: components["schemas"]["Decider"] | null;
            /** @description What the requester must observe: the conditions of everybody concerned. */
            obligations: components["schemas"]["Condition"][];
            /** @description Purposes below the checked one that an allow does not speak for: a use of them needs a check of its own. */
            excludes: string[];
            /**
             * Format: int64
             * @description The version of the owner's stream that the answer knows; null if the facts could not be read.
             */
            version: null | number;
            /**
             * Format: date-time
             * @description The database's time at the poll that the answer is as new as; null if the facts could not be read.
             */
            freshAt: null | string;
            /**
             * Format: int64
             * @description How long the answer may be reused, in milliseconds.
             */
            maxAgeMs: number;
            /** @description For the effect `ask`: where to ask. */
            askAt?: string;
            /** @description With `versions` or `explain`: the versions of all streams consulted, that of the vocabulary under `$vocabulary`. Left out where the answers of a request would list more than 20,000. */
            versions?: {
                [key: string]: number;
            };
            /** @description With `explain`: each creator considered, and what each of their settings did. */
            trace?: components["schemas"]["ConsideredCreator"][];
            /** @description With `explain`: true where the trace would list more than 20,000 creators and settings, and lists the first. */
            traceIsCut?: boolean;
            /** @description With `receipt`: the decision as a compact JWS. There is none of an `indeterminate` one. */
            receipt?: string;
            /**
             * Format: uuid
             * @description With `decisionId`: the id of the decision.
             */
            decisionId?: string;
            /** @description With `content`: the registered videos that carry it, by owner and id. A deny does not tell them to a caller who may only check for itself. */
            videos?: components["schemas"]["VideoName"][];
        };
        /** @description A decision that was relied on, as a check with `explain` answered it. */
        DecisionRequest: {
            /**
             * Format: date-time
             * @description Its `freshAt`, RFC 3339.
             */
            freshAt: string;
            /** @description Its `versions`. A decision by these that did not allow the use is the reason `otherDecision`. */
            versions: {
                [key: string]: number;
            };
            /**
             * Format: uuid
             * @description Its `decisionId`, if it had one. It is kept with the use.
             */
            decisionId?: null | string;
        };
        /** @description One notification on its way to one receiver. */
        Delivery: {
            /**
             * Format: uuid
             * @description The notification: the `webhook-id` of each attempt.
             */
            notificationId: string;
            /** @description What happened. */
            kind: components["schemas"]["NotificationKind"];
            /**
             * Format: date-time
             * @description When it happened.
             */
            createdAt: string;
            /** @description How far it is. */
            state: components["schemas"]["DeliveryState"];
            /**
             * Format: int32
             * @description Attempts since it was last asked for.
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When it is tried next; null if it is not.
             */
            nextAttemptAt: null | string;
            /**
             * Format: date-time
             * @description When it was last tried.
             */
            triedAt: null | string;
            /**
             * Format: int32
             * @description What the receiver answered to that.
             */
            status: null | number;
            /** @description Why it did not answer. */
            error: components["schemas"]["DeliveryError"] | null;
        };
        /**
         * @description Why no receiver answered.
         *
         *     - `timedOut`: There was no answer in time.
         *     - `unreachable`: No connection, or one that broke; or the name leads to an address that no webhook may be at. These are not told apart, so that nobody learns which names there are in the operator's network.
         *     - `disabled`: The webhook was disabled while the delivery waited.
         * @enum {string}
         */
        DeliveryError: "timedOut" | "unreachable" | "disabled";
        /** @description A page of a list. */
        DeliveryPage: {
            /** @description The items. */
            items: components["schemas"]["Delivery"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /**
         * @description How far a delivery is.
         *
         *     - `pending`: It waits for an attempt, the first or a further one.
         *     - `delivered`: The receiver has it.
         *     - `failed`: It is tried no more, unless it is asked for.
         * @enum {string}
         */
        DeliveryState: "pending" | "delivered" | "failed";
        /**
         * @description What a proposal does to the answers of its creator, now and later.
         *
         *     - `unchanged`: It stands already, or no answer changes by it.
         *     - `restricts`: It only restricts: no answer becomes looser by it, for any purpose, requester or video, now or later.
         *     - `widens`: It widens an answer, or nobody can show that it does not.
         * @enum {string}
         */
        Direction: "unchanged" | "restricts" | "widens";
        /**
         * @description Why a webhook is sent nothing.
         *
         *     - `owner`: Whoever manages it disabled it.
         *     - `gone`: Its receiver answered 410: it wants to hear no more.
         *     - `failing`: Nothing reached its receiver for days.
         * @enum {string}
         */
        DisabledFor: "owner" | "gone" | "failing";
        /** @description A dispute. */
        DisputeRequest: {
            /** @description Why the recall is not for the requester, for the creators; at most 1,000 characters. */
            statement: string;
        };
        /**
         * @description How what a signal says stands to what the registry answers.
         *
         *     - `agrees`: Both say the same.
         *     - `stricter`: The signal says less than the registry allows.
         *     - `looser`: The signal says more than the registry allows: whoever reads it may do what is not allowed, or is told to ask where somebody has denied.
         *     - `unknown`: The signal says nothing of the purpose.
         * @enum {string}
         */
        Drift: "agrees" | "stricter" | "looser" | "unknown";
        /**
         * @description What a setting says. In order of restrictiveness: deny is more restrictive than ask, ask more than allow.
         *
         *     - `deny`: The use may not go ahead.
         *     - `ask`: The use may go ahead only with a grant.
         *     - `allow`: The use may go ahead, under the conditions of the setting.
         * @enum {string}
         */
        Effect: "deny" | "ask" | "allow";
        /** @description A creator to be erased. */
        EraseRequest: {
            /** @description Why. It stays in the history, so it should name nobody; at most 1,000 characters. */
            reason: string;
        };
        /** @description A creator who was erased. */
        Erased: {
            /** @description The creator. */
            creatorId: string;
            /**
             * Format: int64
             * @description The version of the creator's stream: its last.
             */
            version: number;
            /**
             * Format: date-time
             * @description When.
             */
            erasedAt: string;
            /**
             * Format: int32
             * @description How many events the erasure made; 0 if the creator was erased before.
             */
            changes: number;
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description For what. */
        EvaluationAction: {
            /** @description The name of a purpose. */
            name: string;
            /** @description Passed over. */
            properties?: null | {
                [key: string]: unknown;
            };
        };
        /** @description What a check answers, `allowed` apart. Where there is an `error`, the effect is `deny` and the rest is absent. */
        EvaluationContext: {
            /** @description Why there is no decision; absent of a decision. */
            error?: components["schemas"]["EvaluationError"];
            /** @description The effect. */
            effect: components["schemas"]["Effect"];
            /** @description What decided. */
            reason?: components["schemas"]["Reason"];
            /** @description For `noConsent`: why there is none. */
            detail?: components["schemas"]["NoConsentDetail"];
            /** @description Who and what decided; null if the decision is `indeterminate`. */
            decidedBy?: components["schemas"]["Decider"] | null;
            /** @description What the requester must observe: the conditions of everybody concerned. */
            obligations?: components["schemas"]["Condition"][];
            /** @description Purposes below the checked one that an allow does not speak for: a use of them needs a check of its own. */
            excludes?: string[];
            /**
             * Format: int64
             * @description The version of the owner's stream that the answer knows; null if the facts could not be read.
             */
            version?: null | number;
            /**
             * Format: date-time
             * @description The database's time at the poll that the answer is as new as; null if the facts could not be read.
             */
            freshAt?: null | string;
            /**
             * Format: int64
             * @description How long the answer may be reused, in milliseconds.
             */
            maxAgeMs?: number;
            /** @description For the effect `ask`: where to ask. */
            askAt?: string;
            /** @description With `versions` or `explain`: the versions of all streams consulted, that of the vocabulary under `$vocabulary`. Left out where the answers of a request would list more than 20,000. */
            versions?: {
                [key: string]: number;
            };
            /** @description With `explain`: each creator considered, and what each of their settings did. */
            trace?: components["schemas"]["ConsideredCreator"][];
            /** @description With `explain`: true where the trace would list more than 20,000 creators and settings, and lists the first. */
            traceIsCut?: boolean;
            /** @description With `receipt`: the decision as a compact JWS. There is none of an `indeterminate` one. */
            receipt?: string;
            /**
             * Format: uuid
             * @description With `decisionId`: the id of the decision.
             */
            decisionId?: string;
            /** @description With `content`: the registered videos that carry it, by owner and id. A deny does not tell them to a caller who may only check for itself. */
            videos?: components["schemas"]["VideoName"][];
        };
        /** @description The answer to one evaluation. */
        EvaluationDecision: {
            /** @description Whether the use may go ahead. */
            decision: boolean;
            /** @description What decided. */
            context: components["schemas"]["EvaluationContext"];
        };
        /** @description The answers to many evaluations; to a request without any, the members of one answer. */
        EvaluationDecisions: {
            /** @description The answers, in the order of the evaluations; absent where the request had none. */
            evaluations?: components["schemas"]["EvaluationDecision"][];
            /** @description Of a request without evaluations: whether the use may go ahead. */
            decision?: boolean;
            /** @description Of a request without evaluations: what decided. */
            context?: components["schemas"]["EvaluationContext"];
        };
        /** @description Why one evaluation has no decision of its own. */
        EvaluationError: {
            /**
             * Format: int32
             * @description The status that it would have had alone.
             */
            status: number;
            /** @description A sentence for people. */
            message: string;
        };
        /** @description One evaluation among many. A part that it leaves out is the request's own. */
        EvaluationItem: {
            /** @description Who. */
            subject?: components["schemas"]["EvaluationSubject"] | null;
            /** @description For what. */
            action?: components["schemas"]["EvaluationAction"] | null;
            /** @description Which video. */
            resource?: components["schemas"]["EvaluationResource"] | null;
            /** @description Passed over. */
            context?: null | {
                [key: string]: unknown;
            };
        };
        /** @description One evaluation: may the subject do the action to the resource? */
        EvaluationRequest: {
            /** @description Who. */
            subject: components["schemas"]["EvaluationSubject"];
            /** @description For what. */
            action: components["schemas"]["EvaluationAction"];
            /** @description Which video. */
            resource: components["schemas"]["EvaluationResource"];
            /** @description Passed over. */
            context?: null | {
                [key: string]: unknown;
            };
        };
        /** @description Which video. */
        EvaluationResource: {
            /** @description `video`. */
            type: string;
            /** @description The owner's id for the video; without `properties.creatorId` it is `creatorId/videoId`. */
            id: string;
            /** @description Whose video it is. */
            properties?: components["schemas"]["EvaluationResourceProperties"] | null;
        };
        /** @description What is known of the video. */
        EvaluationResourceProperties: {
            /** @description The video's owner. */
            creatorId?: null | string;
        };
        /** @description Who wants to use the video. */
        EvaluationSubject: {
            /** @description `requester`. */
            type: string;
            /** @description The requester's id. Another than the token's own client takes `consent:check:any`. */
            id: string;
            /** @description Passed over. */
            properties?: null | {
                [key: string]: unknown;
            };
        };
        /** @description How many evaluations are made. */
        EvaluationsOptions: {
            /** @description Which of them are made; all of them without it. */
            evaluations_semantic?: components["schemas"]["EvaluationsSemantic"] | null;
        };
        /** @description Many evaluations, with what they have in common said once. */
        EvaluationsRequest: {
            /** @description Who, where an evaluation does not say it. */
            subject?: components["schemas"]["EvaluationSubject"] | null;
            /** @description For what, where an evaluation does not say it. */
            action?: components["schemas"]["EvaluationAction"] | null;
            /** @description Which video, where an evaluation does not say it. */
            resource?: components["schemas"]["EvaluationResource"] | null;
            /** @description Passed over. */
            context?: null | {
                [key: string]: unknown;
            };
            /** @description The evaluations, at most 1,000. Without any, the request is one evaluation, and is answered as one. */
            evaluations?: null | components["schemas"]["EvaluationItem"][];
            /** @description How many are made. */
            options?: components["schemas"]["EvaluationsOptions"] | null;
        };
        /**
         * @description Which of many evaluations are made.
         *
         *     - `execute_all`: All of them.
         *     - `deny_on_first_deny`: Those up to the first that is denied.
         *     - `permit_on_first_permit`: Those up to the first that is permitted.
         * @enum {string}
         */
        EvaluationsSemantic: "execute_all" | "deny_on_first_deny" | "permit_on_first_permit";
        /**
         * @description What an event is about. The words are part of the log's format.
         *
         *     - `defaultChanged`: A default was set, clamped or cleared.
         *     - `overrideChanged`: An override was set or cleared.
         *     - `lockdownChanged`: The creator's stop was set, extended or lifted.
         *     - `holdChanged`: The operator's stop was set, extended or lifted.
         *     - `videoRegistered`: Facts about a video were registered.
         *     - `purposeRegistered`: A purpose entered the vocabulary.
         *     - `approvalChanged`: One creator's part in an approval request was opened, answered or withdrawn.
         *     - `grantGiven`: A creator gave a grant.
         *     - `grantRevoked`: A grant was revoked, by the creator or by a deny that touches it.
         *     - `grantSpent`: The last use of a counted grant was recorded.
         *     - `askingChanged`: A creator keeps a requester from asking, or lets them again.
         *     - `useRecorded`: A use was recorded, in its requester's stream.
         *     - `recallChanged`: A requester was told to stop, or answered that, in their stream.
         *     - `creatorErased`: The creator was erased. Of the versions before it, in this stream, nothing is left but their leaves; the leaf of this event says which.
         * @enum {string}
         */
        EventKind: "defaultChanged" | "overrideChanged" | "lockdownChanged" | "holdChanged" | "videoRegistered" | "purposeRegistered" | "approvalChanged" | "grantGiven" | "grantRevoked" | "grantSpent" | "askingChanged" | "useRecorded" | "recallChanged" | "creatorErased";
        /** @description One flip of effective consent. */
        Flip: {
            /** @description The purpose. */
            purpose: string;
            /** @description The requester; null for one that nobody named. */
            requester: null | string;
            /** @description The effect that stands. */
            before: components["schemas"]["Effect"];
            /** @description The effect after the change. */
            after: components["schemas"]["Effect"];
        };
        /** @description How many videos' effective consent would flip. */
        FlipCount: {
            /** @description The purpose. */
            purpose: string;
            /** @description The requester; null for one that nobody named. */
            requester: null | string;
            /**
             * Format: int32
             * @description How many videos.
             */
            count: number;
        };
        /** @description A video whose effective consent would flip. */
        FlippedVideo: {
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /**
             * Format: int32
             * @description For how many purposes and requesters.
             */
            count: number;
            /** @description For which, and how: the first 100. */
            flips: components["schemas"]["Flip"][];
        };
        /** @description What a text says in one format, beside the registry's answers. */
        FormatDrift: {
            /** @description The format. */
            format: components["schemas"]["SignalFormat"];
            /** @description Why it cannot be read; null if it can. Then it says nothing. */
            unreadable: components["schemas"]["UnreadableSignal"] | null;
            /** @description For each purpose. */
            purposes: components["schemas"]["PurposeDrift"][];
        };
        /** @description A grant: what a creator approved. */
        Grant: {
            /**
             * Format: uuid
             * @description The grant.
             */
            id: string;
            /**
             * Format: uuid
             * @description The request that it answers.
             */
            requestId: string;
            /** @description The video about which the creator decided. */
            video: components["schemas"]["VideoName"];
            /** @description The video in which alone it may be used. */
            usedIn: components["schemas"]["VideoName"];
            /** @description To whom it was given. */
            requester: string;
            /** @description The purpose, which those below share as far as the vocabulary of then knew them. */
            purpose: string;
            /** @description What the requester has to do. */
            conditions: components["schemas"]["Condition"][];
            /**
             * Format: int32
             * @description The vocabulary version that the creator knew.
             */
            vocabularyVersion: number;
            /**
             * Format: date-time
             * @description When it ends; null if it does not.
             */
            expiresAt: null | string;
            /**
             * Format: int32
             * @description How many uses it is for; null if they are not counted.
             */
            uses: null | number;
            /**
             * Format: int32
             * @description How many of them were recorded.
             */
            used: number;
            /** @description Where it stands. */
            status: components["schemas"]["GrantStatus"];
            /**
             * Format: int64
             * @description The version of the creator's stream that last altered it.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was last altered.
             */
            changedAt: string;
        };
        /** @description The answer to a creator who revoked a grant. */
        GrantChange: {
            /** @description The creator. */
            creatorId: string;
            /**
             * Format: int64
             * @description The version of the creator's stream, for `minVersions` of a check.
             */
            version: number;
            /**
             * Format: int32
             * @description 1; 0 if it was revoked before, or has expired.
             */
            changes: number;
            /** @description The grant as it stands. */
            grant: components["schemas"]["Grant"];
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description A page of a list. */
        GrantPage: {
            /** @description The items. */
            items: components["schemas"]["Grant"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /**
         * @description What became of a grant. Its expiry is no state: it is compared with the clock.
         *
         *     - `revoked`: The creator took it back, or denied what it was for: for good.
         *     - `spent`: Its last use was recorded.
         *     - `standing`: It answers an ask until it expires.
         * @enum {string}
         */
        GrantState: "revoked" | "spent" | "standing";
        /**
         * @description Where a grant stands.
         *
         *     - `expired`: Its time is over.
         *     - `revoked`: The creator took it back, or denied what it was for.
         *     - `spent`: Its last use was recorded.
         *     - `standing`: It answers an ask.
         * @enum {string}
         */
        GrantStatus: "expired" | "revoked" | "spent" | "standing";
        /** @description How the service is. */
        Health: {
            /** @description `live`. */
            status: string;
        };
        /** @description One event of the consent history: who changed which record from what to what. */
        HistoryItem: {
            /**
             * Format: uuid
             * @description The event's id.
             */
            eventId: string;
            /**
             * Format: int64
             * @description Its place in the log; null as long as it is not yet sequenced.
             */
            seq: null | number;
            /** @description Whether the log has it. It counts either way: this takes a moment, and changes nothing about what is in force. */
            sequenced: boolean;
            /** @description Where to get the proof that the log has it; null as long as it is not yet sequenced. */
            proof: null | string;
            /** @description Whose history it is: a creator, `$vocabulary`, or `$requester/` with a requester for what they used and were told to stop. */
            stream: string;
            /**
             * Format: int64
             * @description The version of the stream that the change made.
             */
            version: number;
            /**
             * Format: int32
             * @description Its place among the events of the version, from 1.
             */
            ordinal: number;
            /**
             * Format: int32
             * @description How many events make up the version: they were made together.
             */
            count: number;
            /** @description What it is about. */
            kind: components["schemas"]["EventKind"];
            /**
             * Format: date-time
             * @description When the change was made.
             */
            at: string;
            /** @description Whether what it said was erased with its creator; then nothing below is there. */
            erased: boolean;
            /** @description Who made the change. */
            by: components["schemas"]["Author"] | null;
            /** @description The video that the changed record is about; of a request or a grant the one to be used, of a use the first. */
            video: components["schemas"]["VideoName"] | null;
            /** @description The purpose that the changed record is for; null if it is for none. */
            purpose: null | string;
            /** @description The requester that the changed record names; null for anybody. */
            requester: null | string;
            /** @description The record before; null if there was none. */
            before: components["schemas"]["HistoryRecord"] | null;
            /** @description The record after; null if there is none any more. */
            after: components["schemas"]["HistoryRecord"] | null;
            /** @description Which checks to ask again; null where the event gives none another answer. */
            affects: components["schemas"]["AffectedChecks"] | null;
        };
        /** @description A page of a list. */
        HistoryItemPage: {
            /** @description The items. */
            items: components["schemas"]["HistoryItem"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /** @description A complete record, before or after a change; exactly one of its fields is there. */
        HistoryRecord: {
            /** @description A default or an override. */
            setting?: components["schemas"]["Setting"];
            /** @description A lockdown or a hold. */
            stop?: components["schemas"]["Stop"];
            /** @description What is registered about a video. */
            video?: components["schemas"]["Video"];
            /** @description A purpose. */
            purpose?: components["schemas"]["RegisteredPurpose"];
            /** @description A creator's part in an approval request. */
            approval?: components["schemas"]["RecordedApproval"];
            /** @description A grant. */
            grant?: components["schemas"]["RecordedGrant"];
            /** @description A requester whom the creator keeps from asking. */
            blocked?: components["schemas"]["Blocked"];
            /** @description A recorded use. */
            use?: components["schemas"]["RecordedUse"];
            /** @description A recall. */
            recall?: components["schemas"]["RecordedRecall"];
            /**
             * Format: date-time
             * @description When the creator was erased.
             */
            erasedAt?: string;
        };
        /** @description The operator's stop. */
        HoldRequest: {
            /** @description What to stop, with everything above and below; everything without it. */
            purposes?: null | string[];
            /** @description Why: the legal order or the protection of a minor. The history keeps the first 1,000 characters, and a control character as U+FFFD. */
            reason: string;
        };
        /** @description An identifier: what content is known by outside the platform. */
        Identifier: {
            /** @description What kind of identifier it is. */
            scheme: components["schemas"]["IdentifierScheme"];
            /** @description Its value, in its normal form. */
            value: string;
        };
        /** @description What happened. Pass over members that you do not know. */
        IdentifierClaimedData: {
            /** @description Whom it is about: whose settings changed, who is asked, or whom a use concerns. */
            creatorId: string;
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /**
             * Format: int32
             * @description How many of the use's videos concern the creator; of identifiers, how many of the creator's videos got some.
             */
            videos?: number;
            /** @description Of identifiers: those of the video, or those that it shares. */
            identifiers: components["schemas"]["Identifier"][];
            /** @description Other creators' videos that got them now: the first ten. */
            claimedBy?: components["schemas"]["VideoName"][];
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        IdentifierClaimedMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "identifierClaimed";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["IdentifierClaimedData"];
        };
        /** @description An identifier, as a request names it. */
        IdentifierReference: {
            /** @description What kind of identifier it is. */
            scheme: components["schemas"]["IdentifierScheme"];
            /** @description Its value, in any spelling that has a normal form. */
            value: string;
        };
        /**
         * @description How content is identified outside the platform. In the order in which identifiers are listed.
         *
         *     - `url`: Where it is: an absolute http or https URL.
         *     - `sha256`: The SHA-256 of a file's bytes.
         *     - `iscc`: An International Standard Content Code (ISO 24138).
         *     - `c2pa`: The id of a C2PA manifest.
         *     - `platform`: What a platform calls it: a namespace and an id.
         * @enum {string}
         */
        IdentifierScheme: "url" | "sha256" | "iscc" | "c2pa" | "platform";
        /** @description What became of an import, in the order of its rows. */
        Import: {
            /** @description The creator. */
            creatorId: string;
            /** @description Whether it only shows what would change. */
            dryRun: boolean;
            /**
             * Format: int64
             * @description The version of the creator's stream, for `minVersions` of a check; null for a caller who may not read the creator's settings.
             */
            version: null | number;
            /**
             * Format: int32
             * @description How many records were altered, revoked grants among them; 0 of a dry run and of proposals.
             */
            changes: number;
            /** @description For each row what happened. */
            rows: components["schemas"]["ImportedRow"][];
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description Why a row, or a part of its signal, was refused. */
        ImportError: {
            /** @description A stable word for programs, as in problem details; `unreadable` of a signal. */
            code: string;
            /** @description A sentence for people. */
            detail: string;
            /**
             * Format: int32
             * @description Of a signal's text, the line, from 1; null otherwise.
             */
            line: null | number;
            /**
             * Format: int32
             * @description The place in that line, from 1; null otherwise.
             */
            column: null | number;
        };
        /**
         * @description What becomes of a setting that a row asks for; with `dryRun`, what would.
         *
         *     - `leftOut`: It widens and was not confirmed, and is not made.
         *     - `standing`: It stands already, changes no answer, or another row of the import asks for the same. It is not made.
         *     - `proposed`: It waits in the creator's inbox, and nothing is changed.
         *     - `applied`: It is made.
         * @enum {string}
         */
        ImportOutcome: "leftOut" | "standing" | "proposed" | "applied";
        /** @description What happened. Pass over members that you do not know. */
        ImportProposedData: {
            /** @description Whom it is about: whose settings changed, who is asked, or whom a use concerns. */
            creatorId: string;
            /**
             * Format: int32
             * @description How many records were altered.
             */
            changes: number;
            /** @description Of an import: the program that proposes it; null if its token names none. */
            proposedBy: null | string;
            /** @description Settings that an import asks for. Import them, as `importConsents` takes them, to have them. */
            proposals: components["schemas"]["NotifiedProposal"][];
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        ImportProposedMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "importProposed";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["ImportProposedData"];
        };
        /** @description Rows to import for one creator. */
        ImportRequest: {
            /** @description The creator whose settings they are for. */
            creatorId: string;
            /** @description The rows; 1 to 1,000. A refused one spoils no other. */
            rows: components["schemas"]["ImportRow"][];
            /** @description Whether only to show what would change. */
            dryRun?: null | boolean;
            /** @description Whether rows that widen are made, too. Only the creator's own token can do so. */
            confirmWidening?: null | boolean;
            /** @description Why, for the history; at most 1,000 characters. */
            reason?: null | string;
        };
        /** @description One row of an import: a setting, or a signal, for a video, for every video that carries an identifier, or as a default. What a row leaves out stays as it stands. */
        ImportRow: {
            /**
             * Format: int32
             * @description The line of the row in its file, for the answer.
             */
            line?: null | number;
            /** @description The video: an own one, or one in which the creator is registered as a participant. */
            video?: components["schemas"]["VideoName"] | null;
            /** @description An identifier of the creator's videos, in place of `video`. */
            identifier?: components["schemas"]["IdentifierReference"] | null;
            /** @description The purpose of the setting. */
            purpose?: null | string;
            /** @description The requester that the setting names; without it, anybody. */
            requester?: null | string;
            /** @description The effect. */
            effect?: components["schemas"]["Effect"] | null;
            /** @description Of an allow default only: which videos it reaches. */
            appliesTo?: components["schemas"]["AppliesTo"] | null;
            /** @description What an allow or ask attaches; without it, what stands there. */
            conditions?: null | components["schemas"]["Condition"][];
            /**
             * Format: date-time
             * @description Of an allow only: when it ends, RFC 3339; without it, the end that stands there.
             */
            expiresAt?: null | string;
            /** @description A signal, in place of purpose and effect. */
            signal?: components["schemas"]["ImportedSignal"] | null;
            /** @description YouTube's answer of the resource `videoTrainability`, as text, in place of a signal. Without `video` and `identifier` it is for what carries the identifier `youtube:` and YouTube's id, of the scheme `platform`. */
            trainability?: null | string;
        };
        /** @description What became of a row. */
        ImportedRow: {
            /**
             * Format: int32
             * @description The line, as the request said.
             */
            line: null | number;
            /** @description The settings that it asks for. None where it is refused, and where a signal says nothing. */
            settings: components["schemas"]["ImportedSetting"][];
            /** @description Why it was refused; of a signal, what of it cannot be read. Null if there is nothing. */
            error: components["schemas"]["ImportError"] | null;
        };
        /** @description A setting that a row asks for. */
        ImportedSetting: {
            /** @description The video of an override; null for a default. */
            video: components["schemas"]["VideoName"] | null;
            /** @description The purpose. */
            purpose: string;
            /** @description The requester that it names; null for anybody. */
            requester: null | string;
            /** @description The effect. */
            effect: components["schemas"]["Effect"];
            /** @description What it attaches. */
            conditions: components["schemas"]["Condition"][];
            /**
             * Format: date-time
             * @description When an allow ends; null if it does not.
             */
            expiresAt: null | string;
            /** @description What becomes of it. */
            outcome: components["schemas"]["ImportOutcome"];
            /** @description What it does to the creator's answers, for anybody and any video, now and later. What cannot be shown to only restrict widens. Null for a caller who may not read the creator's settings. */
            direction: components["schemas"]["Direction"] | null;
            /** @description The grants that it revokes, the first ten of them in full. Null for a caller who may not read the creator's settings. */
            revokedGrants: components["schemas"]["RevokedGrants"] | null;
        };
        /** @description A text with signals, as it was found. */
        ImportedSignal: {
            /** @description Where it was found. */
            source: components["schemas"]["SignalSource"];
            /** @description The text; at most 1 MiB. */
            text: string;
            /** @description The URL that it is about. It may be left out where the row's identifier is one, and of what is part of the file (`xmp`, `manifest`). */
            url?: null | string;
        };
        /** @description The proof that the log has an event. */
        InclusionProof: {
            /**
             * Format: uuid
             * @description The event.
             */
            eventId: string;
            /**
             * Format: int64
             * @description Its leaf index.
             */
            seq: number;
            /**
             * Format: int64
             * @description The size of the tree that the proof is for.
             */
            size: number;
            /** @description The leaf, as text: canonical JSON, to be hashed byte by byte. */
            leaf: string;
            /** @description The hashes from the leaf's sibling up, base64 (RFC 6962, section 2.1.1). */
            proof: string[];
            /** @description The root of that tree, base64. */
            root: string;
            /** @description The signed note over it; null if there is no checkpoint of exactly this size. */
            checkpoint: null | string;
        };
        /** @description Why one item among many was refused. */
        ItemError: {
            /** @description A stable word for programs, as in problem details. */
            code: string;
            /** @description A sentence for people, the field named. */
            detail: string;
        };
        /** @description The word of an older key that a key takes over from it. */
        KeyHandover: {
            /** @description The thumbprint of the older key, which is one of Ed25519. */
            by: string;
            /** @description Its signature, base64url, over three lines, each with a line feed at its end: `consent-registry key hand-over v1`, the older thumbprint and the newer one. */
            signature: string;
        };
        /** @description What happened. Pass over members that you do not know. */
        LockdownData: {
            /** @description Whom it is about: whose settings changed, who is asked, or whom a use concerns. */
            creatorId: string;
            /**
             * Format: int64
             * @description The version of the creator's stream.
             */
            version: number;
            /**
             * Format: int64
             * @description The creator's settings version.
             */
            settingsVersion: number;
            /**
             * Format: date-time
             * @description When the change was made.
             */
            changedAt: string;
            /** @description Of a change of the emergency stop: what stands; null when it was lifted. */
            lockdown: components["schemas"]["NotifiedStop"] | null;
            /** @description Which checks to ask again. Absent where none has another answer, and in what was told by an older service. */
            affects?: components["schemas"]["AffectedChecks"];
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        LockdownMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "lockdown";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["LockdownData"];
        };
        /** @description An emergency stop. Without a body it covers everything. */
        LockdownRequest: {
            /** @description What to stop, with everything above and below; everything without it. */
            purposes?: null | string[];
            /** @description Why, for the history, which keeps the first 1,000 characters. A control character is kept as U+FFFD. */
            reason?: null | string;
        };
        /** @description A public key of the log, as a JWK (RFC 7517). */
        LogKey: {
            /** @description Its thumbprint (RFC 7638), which receipts name. */
            kid: string;
            /** @description `OKP` for checkpoints, `EC` for receipts. */
            kty: string;
            /** @description `Ed25519` or `P-256`. */
            crv: string;
            /** @description The key, or its first coordinate, base64url. */
            x: string;
            /** @description The second coordinate of a P-256 key, base64url. */
            y?: string;
            /** @description `EdDSA` or `ES256`. */
            alg?: string;
            /** @description Always `sig`. */
            use?: string;
            /** @description Of an Ed25519 key: the verifier key of C2SP signed-note, under the log's name. */
            vkey?: string;
            /** @description Of a key that took over from an older one: the older key's word for it. */
            handover?: components["schemas"]["KeyHandover"];
        };
        /** @description The public keys of the log: a JWK Set. */
        LogKeys: {
            /** @description Those that sign now, newest first, then those that signed before. */
            keys: components["schemas"]["LogKey"][];
        };
        /** @description The videos for identifiers, in the order of the request. */
        Lookup: {
            /** @description For each identifier. */
            results: components["schemas"]["LookupResult"][];
        };
        /** @description Identifiers to look up. */
        LookupRequest: {
            /** @description The identifiers; 1 to 1,000. */
            identifiers: components["schemas"]["IdentifierReference"][];
        };
        /** @description Which videos carry one identifier. */
        LookupResult: {
            /** @description The identifier, in its normal form. */
            identifier: components["schemas"]["Identifier"];
            /** @description Videos that carry it, by owner and id; at most 64, more than which no check answers for. */
            videos: components["schemas"]["VideoName"][];
            /** @description Whether further videos carry it: then these are any 64 of them. */
            more: boolean;
        };
        /**
         * @description What a signal cannot say.
         *
         *     - `purpose`: The purpose: the format has no word for it.
         *     - `allow`: That anybody may: the format only denies.
         *     - `ask`: That one has to ask.
         *     - `requester`: That some requester is answered otherwise.
         *     - `condition`: A condition of the allow. `conditions` has them.
         *     - `expiry`: When the allow ends, or that it ends before readers look again.
         *     - `ratchet`: That the consent is not for older videos, or not for newer purposes.
         *     - `silence`: That nobody said anything.
         *     - `revocation`: An allow that could not be taken back.
         *     - `sharedWord`: The difference to other purposes, which share a word with it.
         *     - `path`: The exact URL: the format speaks of whole sites, or some reader takes another URL for it.
         *     - `size`: Single URLs: they would be too many.
         * @enum {string}
         */
        Lost: "purpose" | "allow" | "ask" | "requester" | "condition" | "expiry" | "ratchet" | "silence" | "revocation" | "sharedWord" | "path" | "size";
        /** @description What was made of used videos. */
        Made: {
            /** @description A derived video; null if it was none. */
            video: components["schemas"]["VideoName"] | null;
            /** @description The id of a training run; null if it was none. */
            trainingRun: null | string;
        };
        /** @description What was made: a video, or a training run. */
        MadeRequest: {
            /** @description A derived video: the used ones become its sources, so that their creators decide on it as well. Where that alters what is registered it takes `videos:write`, like any registration. What is made of more than 63 videos is denied to everybody from then on. */
            video?: components["schemas"]["VideoName"] | null;
            /**
             * Format: date-time
             * @description When the derived video was published, RFC 3339, where it is not registered yet: a first date cannot be registered later.
             */
            publishedAt?: null | string;
            /** @description The platform's own id of a training run. */
            trainingRun?: null | string;
        };
        /** @description Notifications that were read: those named, or all up to a moment. */
        MarkReadRequest: {
            /** @description Which ones; 1 to 1,000. Those that are not of this inbox are passed over. */
            notificationIds?: null | string[];
            /**
             * Format: date-time
             * @description All that happened at this moment or before, RFC 3339.
             */
            upTo?: null | string;
        };
        /** @description What was marked. */
        Marked: {
            /**
             * Format: int32
             * @description How many were unread and are no more.
             */
            marked: number;
            /**
             * Format: int32
             * @description How many still are; counted up to 10,000.
             */
            unread: number;
        };
        /** @description A webhook with its new secret, which is shown this once. */
        NewWebhook: {
            /** @description The webhook. */
            webhook: components["schemas"]["Webhook"];
            /** @description What its messages are signed with, as the libraries of Standard Webhooks take it: `whsec_` and Base64. */
            secret: string;
        };
        /**
         * @description Why there is no consent. In the order in which the first that applies is named.
         *
         *     - `erased`: The creator was erased.
         *     - `videoNotRegistered`: Nobody registered the video, so nobody knows who else is concerned.
         *     - `publishedBeforeConsent`: The video is older than the consent, and the consent was for the future.
         *     - `purposeNewerThanConsent`: The purpose is newer than the consent.
         *     - `expired`: The consent has expired.
         *     - `neverSet`: Nothing was ever set that could answer.
         * @enum {string}
         */
        NoConsentDetail: "erased" | "videoNotRegistered" | "publishedBeforeConsent" | "purposeNewerThanConsent" | "expired" | "neverSet";
        /** @description What a notification says: the members of its kind, and of what happened. The others are absent. Kinds may get further members. `notificationMembers` has them by kind. */
        NotificationData: {
            /** @description Whom it is about: whose settings changed, who is asked, or whom a use concerns. */
            creatorId?: string;
            /**
             * Format: int64
             * @description The version of the creator's stream.
             */
            version?: number;
            /**
             * Format: int64
             * @description The creator's settings version.
             */
            settingsVersion?: number;
            /**
             * Format: date-time
             * @description When the change was made.
             */
            changedAt?: string;
            /**
             * Format: int32
             * @description How many records were altered.
             */
            changes?: number;
            /**
             * Format: int32
             * @description How many of them are grants that were revoked.
             */
            revokedGrants?: number;
            /** @description The first ten altered settings. */
            settings?: components["schemas"]["NotifiedSetting"][];
            /** @description The first ten of the requester's grants that were revoked. */
            grants?: components["schemas"]["NotifiedGrant"][];
            /** @description Of a change of the operator's stop: what stands; null when it was lifted. */
            hold?: components["schemas"]["NotifiedStop"] | null;
            /** @description Of a change of the emergency stop: what stands; null when it was lifted. */
            lockdown?: components["schemas"]["NotifiedStop"] | null;
            /**
             * Format: date-time
             * @description When the creator was erased: drop what you keep of them.
             */
            erasedAt?: string;
            /**
             * Format: uuid
             * @description The approval request.
             */
            requestId?: string;
            /**
             * Format: uuid
             * @description The grant that is about to expire.
             */
            grantId?: string;
            /** @description Who asked, used the video or has to stop. */
            requester?: string;
            /** @description The video. */
            video?: components["schemas"]["VideoName"];
            /** @description The purpose. */
            purpose?: string;
            /**
             * Format: date-time
             * @description Until when the request can be answered, or the grant holds.
             */
            expiresAt?: null | string;
            /**
             * Format: uuid
             * @description The recorded use.
             */
            useId?: string;
            /**
             * Format: int32
             * @description How many of the use's videos concern the creator; of identifiers, how many of the creator's videos got some.
             */
            videos?: number;
            /** @description Why a use had consent or had none; of a recall, what decides now. */
            reason?: components["schemas"]["UseReason"];
            /**
             * Format: date-time
             * @description When the video was used.
             */
            usedAt?: string;
            /** @description True of the last use that is told for now: others follow, which the list of uses has. */
            more?: boolean;
            /**
             * Format: uuid
             * @description The recall.
             */
            recallId?: string;
            /**
             * Format: date-time
             * @description Since when the requester relied on the consent.
             */
            since?: string;
            /**
             * Format: date-time
             * @description By when to stop.
             */
            stopBy?: string;
            /** @description What a new purpose means. */
            description?: string;
            /**
             * Format: int32
             * @description The vocabulary version that introduced it.
             */
            vocabularyVersion?: number;
            /**
             * Format: uuid
             * @description Of a ping: the webhook.
             */
            webhookId?: string;
            /** @description Of identifiers: those of the video, or those that it shares. */
            identifiers?: components["schemas"]["Identifier"][];
            /** @description Other creators' videos that got them now: the first ten. */
            claimedBy?: components["schemas"]["VideoName"][];
            /** @description Of an import: the program that proposes it; null if its token names none. */
            proposedBy?: null | string;
            /** @description Settings that an import asks for. Import them, as `importConsents` takes them, to have them. */
            proposals?: components["schemas"]["NotifiedProposal"][];
            /** @description Which checks to ask again. Absent where none has another answer, and in what was told by an older service. */
            affects?: components["schemas"]["AffectedChecks"];
        };
        /** @description What happened that concerns a creator. */
        NotificationItem: {
            /**
             * Format: uuid
             * @description Its id; a webhook has the same as `webhook-id`.
             */
            notificationId: string;
            /** @description What happened. */
            kind: components["schemas"]["NotificationKind"];
            /**
             * Format: date-time
             * @description When.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it was marked as read; null if it was not.
             */
            readAt: null | string;
            /** @description What happened, in detail. */
            data: components["schemas"]["NotificationData"];
        };
        /**
         * @description What somebody is told of.
         *
         *     - `consentChanged`: A creator's settings, their hold or whether they exist at all was changed.
         *     - `lockdown`: A creator's emergency stop was set, extended or lifted.
         *     - `approvalRequested`: A requester asks a creator for an approval.
         *     - `approvalApproved`: Every creator who was asked approved a request.
         *     - `approvalRefused`: A creator who was asked refused a request.
         *     - `approvalExpiring`: A request or an approval is about to expire.
         *     - `used`: A video was used with consent.
         *     - `usedWithoutConsent`: A video was used without consent: it was denied, or nobody gave it.
         *     - `recall`: Consent was withdrawn from somebody who relied on it: they have to stop.
         *     - `purposeRegistered`: A purpose entered the vocabulary.
         *     - `identifierClaimed`: A video of the creator got an identifier that says nothing of whose it is. Or a video of another creator got one that theirs carries.
         *     - `importProposed`: Somebody without the creator's token imported consents for them: proposals, which change nothing until the creator imports them.
         * @enum {string}
         */
        NotificationKind: "consentChanged" | "lockdown" | "approvalRequested" | "approvalApproved" | "approvalRefused" | "approvalExpiring" | "used" | "usedWithoutConsent" | "recall" | "purposeRegistered" | "identifierClaimed" | "importProposed";
        /** @description A page of an inbox. */
        NotificationsPage: {
            /** @description The notifications, newest first. */
            items: components["schemas"]["NotificationItem"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
            /**
             * Format: int32
             * @description How many of the inbox are unread, whatever the page shows; counted up to 10,000.
             */
            unread: number;
            /** @description What to send as `Last-Event-ID` to follow live from here on. */
            lastEventId: string;
        };
        /** @description A grant that was revoked. */
        NotifiedGrant: {
            /**
             * Format: uuid
             * @description The grant.
             */
            grantId: string;
            /**
             * Format: uuid
             * @description The request that it answered.
             */
            requestId: string;
            /** @description The video in which it let the requester use what was granted. */
            video: components["schemas"]["VideoName"];
            /** @description The purpose. */
            purpose: string;
        };
        /** @description A setting that an import asks for. */
        NotifiedProposal: {
            /** @description The video of an override; null for a default. */
            video: components["schemas"]["VideoName"] | null;
            /** @description The purpose that it is for. */
            purpose: string;
            /** @description The requester that it names; null for anybody. */
            requester: null | string;
            /** @description The effect. */
            effect: components["schemas"]["Effect"];
            /** @description What it attaches. */
            conditions: components["schemas"]["Condition"][];
            /**
             * Format: date-time
             * @description When an allow ends; null if it does not.
             */
            expiresAt: null | string;
            /** @description Of an allow default, which videos it reaches; null otherwise. */
            appliesTo: components["schemas"]["AppliesTo"] | null;
        };
        /** @description A setting that was altered, and what it says now. */
        NotifiedSetting: {
            /** @description The video of an override; null for a default. */
            video: components["schemas"]["VideoName"] | null;
            /** @description The purpose that it is for. */
            purpose: string;
            /** @description The requester that it names; null for anybody. */
            requester: null | string;
            /** @description What it says now; null where it was cleared. */
            effect: components["schemas"]["Effect"] | null;
        };
        /** @description A stop that stands. */
        NotifiedStop: {
            /** @description What it stops; null for everything. */
            purposes: null | string[];
        };
        /** @description Another creator concerned by a video. */
        Participant: {
            /** @description Who. */
            creatorId: string;
            /** @description How. */
            role: components["schemas"]["ParticipantRole"];
        };
        /**
         * @description The words for how another creator can be concerned by a video.
         *
         *     - `coCreator`: They made it with the owner, and decide on every purpose.
         *     - `depicted`: Their voice or likeness appears in it; they decide where a purpose uses likeness.
         * @enum {string}
         */
        ParticipantRole: "coCreator" | "depicted";
        /** @description What came of a ping. */
        Ping: {
            /** @description Whether the receiver took it. */
            delivered: boolean;
            /**
             * Format: int32
             * @description What it answered; null if nothing.
             */
            status: null | number;
            /** @description Why it did not answer. */
            error: components["schemas"]["DeliveryError"] | null;
        };
        /** @description What happened. Pass over members that you do not know. */
        PingData: {
            /**
             * Format: uuid
             * @description Of a ping: the webhook.
             */
            webhookId: string;
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        PingMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "ping";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["PingData"];
        };
        /** @description What a change would do, had it been made. */
        Preview: {
            /** @description The creator. */
            creatorId: string;
            /**
             * Format: int64
             * @description The version of the settings that stand.
             */
            settingsVersion: number;
            /**
             * Format: int32
             * @description How many records would be altered.
             */
            changes: number;
            /** @description What a new ask or deny would not reach. */
            exceptions: components["schemas"]["SettingExceptions"];
            /** @description How many videos' effective consent would flip, by purpose and requester. */
            flips: components["schemas"]["FlipCount"][];
            /** @description The first 100 videos whose effective consent would flip, by owner and video. */
            first: components["schemas"]["FlippedVideo"][];
            /** @description The grants that a deny would revoke. */
            revokedGrants: components["schemas"]["RevokedGrants"];
            /** @description The uses and receipts that would be recalled. */
            recalls: components["schemas"]["PreviewedRecalls"];
            /** @description Whether everything was looked at that the change bears on. It is false where that takes more than 400,000 checks of videos, or as many of those who rely on the creator's consent. Then the numbers are of what was looked at. */
            complete: boolean;
        };
        /** @description Somebody who used a video with consent, or took a receipt for it, and would be told to stop. */
        PreviewedRecall: {
            /** @description Who. */
            requester: string;
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description For which purpose. */
            purpose: string;
        };
        /** @description Who would be told to stop. */
        PreviewedRecalls: {
            /**
             * Format: int32
             * @description How many recalls there would be: one for each requester, video and purpose.
             */
            count: number;
            /** @description The first 100, by video, purpose and requester. */
            first: components["schemas"]["PreviewedRecall"][];
        };
        /** @description Problem details (RFC 9457). */
        Problem: {
            /** @description A link to what the status means. */
            type: string;
            /** @description The status in words. */
            title: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What is wrong, for people. */
            detail: string;
            /** @description What is wrong, as a stable word for programs. */
            code: string;
            /** @description The id under which the service's log knows the request. */
            traceId: string;
            /** @description Where fields of the request are at fault: messages by field. */
            errors: null | {
                [key: string]: string[];
            };
        };
        /** @description A kind of AI use. */
        Purpose: {
            /** @description Its name: its parent's, a dot and one segment. */
            purpose: string;
            /** @description The purpose one above; null for a root. */
            parent: null | string;
            /** @description Whether depicted people decide on it: it is marked so, or a purpose below it is. */
            usesLikeness: boolean;
            /** @description What it means. */
            description: string;
            /**
             * Format: int32
             * @description The vocabulary version that introduced it: an allow given for a purpose above it does not reach it unless given with that version or later.
             */
            introducedIn: number;
        };
        /** @description A purpose that is registered. */
        PurposeChange: {
            /** @description Its name. */
            purpose: string;
            /** @description The purpose one above; null for a root. */
            parent: null | string;
            /** @description Whether depicted people decide on it: it is marked so, or one below it is. */
            usesLikeness: boolean;
            /** @description What it means. */
            description: string;
            /**
             * Format: int32
             * @description The vocabulary version that introduced it.
             */
            introducedIn: number;
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description Effective consent for one purpose. */
        PurposeConsent: {
            /** @description The purpose. */
            purpose: string;
            /** @description What a check would be answered. */
            decision: components["schemas"]["Decision"];
        };
        /** @description What a signal says of a purpose, beside the registry's answer. */
        PurposeDrift: {
            /** @description The purpose. */
            purpose: string;
            /** @description What the signal says. */
            says: components["schemas"]["Said"];
            /** @description What the registry answers to everybody: the most restrictive effect. */
            effect: components["schemas"]["Effect"];
            /** @description How the two stand to each other. */
            drift: components["schemas"]["Drift"];
        };
        /** @description What happened. Pass over members that you do not know. */
        PurposeRegisteredData: {
            /** @description The purpose. */
            purpose: string;
            /** @description What a new purpose means. */
            description: string;
            /**
             * Format: int32
             * @description The vocabulary version that introduced it.
             */
            vocabularyVersion: number;
            /** @description Which checks to ask again. Absent where none has another answer, and in what was told by an older service. */
            affects?: components["schemas"]["AffectedChecks"];
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        PurposeRegisteredMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "purposeRegistered";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["PurposeRegisteredData"];
        };
        /** @description A part of what a node answers from. */
        ReadinessPart: {
            /** @description `database`, `standby`, `memory`, `keys`, `identifiers`, `integrityKeys`, `integrity`, `log` or `notifications`. `standby` is whether commits wait for a synchronous standby; it is there only where the node demands one. `keys` are those of the issuer of tokens. `identifiers` are the keys of the hashes of erased identifiers. `integrityKeys` are the keys by which nodes know what nodes wrote. `integrity` is whether the database holds what nodes wrote. `log` is the history log. `notifications` is the part that hands them on. */
            name: string;
            /** @description Whether it is as it should be. */
            ready: boolean;
            /** @description Whether the node is not ready without it. */
            needed: boolean;
            /**
             * Format: int64
             * @description How long ago that was last seen, in milliseconds; null if it never was, or cannot grow old.
             */
            ageMs: null | number;
        };
        /** @description That the service can answer, and from what. */
        Ready: {
            /** @description `ready`. */
            status: string;
            /** @description What it answers from. A part that is not needed may be missing. */
            parts: components["schemas"]["ReadinessPart"][];
        };
        /**
         * @description What decided.
         *
         *     - `indeterminate`: A fact could not be read or a limit was exceeded; never more than deny.
         *     - `hold`: The operator's stop.
         *     - `lockdown`: The creator's emergency stop.
         *     - `noConsent`: Silence.
         *     - `creatorDefault`: A creator-wide setting.
         *     - `videoOverride`: A setting for the video.
         *     - `grant`: A grant that answered an ask.
         * @enum {string}
         */
        Reason: "indeterminate" | "hold" | "lockdown" | "noConsent" | "creatorDefault" | "videoOverride" | "grant";
        /** @description A recall: consent was withdrawn, and who relied on it has to stop. */
        Recall: {
            /**
             * Format: uuid
             * @description The recall.
             */
            id: string;
            /** @description Who has to stop. */
            requester: string;
            /** @description Using which video. */
            video: components["schemas"]["VideoName"];
            /** @description For which purpose. */
            purpose: string;
            /** @description Whose word decides now; null if that is nobody's. */
            creatorId: null | string;
            /** @description What decides now. */
            reason: components["schemas"]["Reason"];
            /**
             * Format: date-time
             * @description Since when the requester has relied on consent.
             */
            since: string;
            /**
             * Format: date-time
             * @description By when to stop.
             */
            stopBy: string;
            /** @description Where it stands. */
            status: components["schemas"]["RecallStatus"];
            /** @description What the requester said to it; null if nothing, or if a creator whom it concerns was erased since. */
            statement: null | string;
            /** @description What they made of the video since then: the first 100, among the first 1,000 uses. */
            made: components["schemas"]["Made"][];
            /**
             * Format: date-time
             * @description When they were told.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it was last altered.
             */
            changedAt: string;
        };
        /** @description The answer to a requester who acknowledged or disputed. */
        RecallChange: {
            /**
             * Format: int32
             * @description 1; 0 if they had said so already.
             */
            changes: number;
            /** @description The recall as it stands. */
            recall: components["schemas"]["Recall"];
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description What happened. Pass over members that you do not know. */
        RecallData: {
            /** @description Who asked, used the video or has to stop. */
            requester: string;
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description The purpose. */
            purpose: string;
            /** @description Why a use had consent or had none; of a recall, what decides now. */
            reason: components["schemas"]["UseReason"];
            /**
             * Format: uuid
             * @description The recall.
             */
            recallId: string;
            /**
             * Format: date-time
             * @description Since when the requester relied on the consent.
             */
            since: string;
            /**
             * Format: date-time
             * @description By when to stop.
             */
            stopBy: string;
            /** @description Which checks to ask again. Absent where none has another answer, and in what was told by an older service. */
            affects?: components["schemas"]["AffectedChecks"];
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        RecallMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "recall";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["RecallData"];
        };
        /** @description A page of a list. */
        RecallPage: {
            /** @description The items. */
            items: components["schemas"]["Recall"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /**
         * @description What a requester says to a recall.
         *
         *     - `open`: Nothing yet.
         *     - `acknowledged`: That they have stopped.
         *     - `disputed`: That it is none of their business, in words.
         * @enum {string}
         */
        RecallState: "open" | "acknowledged" | "disputed";
        /**
         * @description Where a recall stands.
         *
         *     - `open`: The requester has said nothing to it, and has time.
         *     - `overdue`: The requester has said nothing to it, and the time is over.
         *     - `acknowledged`: The requester has stopped, by their word.
         *     - `disputed`: The requester says that it is none of their business.
         * @enum {string}
         */
        RecallStatus: "open" | "overdue" | "acknowledged" | "disputed";
        /** @description A receipt to prove. */
        ReceiptExportRequest: {
            /** @description The receipt, as a check gave it. */
            receipt: string;
        };
        /** @description A use to record. */
        RecordUseRequest: {
            /** @description For which purpose. */
            purpose: string;
            /** @description Who used the videos; the token's own client without it. To name another takes `consent:check:any`. */
            requester?: null | string;
            /** @description The videos that were used; 1 to 1,000. */
            videos: components["schemas"]["UsedVideoRequest"][];
            /** @description What was made of them. */
            made?: components["schemas"]["MadeRequest"] | null;
            /**
             * Format: date-time
             * @description When, RFC 3339; now without it. More than 5 minutes back takes a receipt.
             */
            usedAt?: null | string;
        };
        /** @description Uses to record together. */
        RecordUsesRequest: {
            /** @description The uses; 1 to 1,000, with 10,000 videos, and 1,000 receipts and decisions at most. */
            usages: components["schemas"]["RecordUseRequest"][];
        };
        /** @description One creator's part in an approval request, as an event has it. */
        RecordedApproval: {
            /**
             * Format: uuid
             * @description The request.
             */
            requestId: string;
            /** @description Who asks. */
            requester: string;
            /** @description The video that they want to use. */
            usedIn: components["schemas"]["VideoName"];
            /** @description The videos about which the creator is asked: that one, or those it was made from. */
            videos: components["schemas"]["VideoName"][];
            /** @description For which purpose. */
            purpose: string;
            /** @description What the requester means to do, in their words; null for whoever may not read them. */
            use: null | string;
            /**
             * Format: date-time
             * @description For how long they want it; null if for good.
             */
            until: null | string;
            /**
             * Format: int32
             * @description How many uses they want; null if any number.
             */
            uses: null | number;
            /**
             * Format: date-time
             * @description Until when the creator can answer.
             */
            expiresAt: string;
            /** @description What became of it. */
            state: components["schemas"]["ApprovalState"];
            /** @description Why the creator refused, in their words; null if they gave no reason, and for whoever may not read it. */
            reason: null | string;
            /**
             * Format: int64
             * @description The version of the creator's stream that last altered it.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was last altered.
             */
            changedAt: string;
        };
        /** @description A grant, as an event has it. */
        RecordedGrant: {
            /**
             * Format: uuid
             * @description The grant.
             */
            grantId: string;
            /**
             * Format: uuid
             * @description The request that it answers.
             */
            requestId: string;
            /** @description The video about which the creator decided. */
            video: components["schemas"]["VideoName"];
            /** @description The video in which alone it may be used. */
            usedIn: components["schemas"]["VideoName"];
            /** @description To whom it was given. */
            requester: string;
            /** @description The purpose, which those below share as far as the vocabulary of then knew them. */
            purpose: string;
            /** @description What the requester has to do. */
            conditions: components["schemas"]["Condition"][];
            /**
             * Format: int32
             * @description The vocabulary version that the creator knew.
             */
            vocabularyVersion: number;
            /**
             * Format: date-time
             * @description When it ends; null if it does not. Its expiry is no event.
             */
            expiresAt: null | string;
            /**
             * Format: int32
             * @description How many uses it is for; null if they are not counted. Only the last use is an event.
             */
            uses: null | number;
            /** @description What became of it. */
            state: components["schemas"]["GrantState"];
            /**
             * Format: int64
             * @description The version of the creator's stream that last altered it.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was last altered.
             */
            changedAt: string;
        };
        /** @description What became of one use among many. */
        RecordedItem: {
            /** @description The use, judged; null of a refused item. */
            use: components["schemas"]["RecordedUse"] | null;
            /** @description Why the item was refused; null of a recorded use. */
            error: components["schemas"]["ItemError"] | null;
        };
        /** @description A recall, as an event has it. */
        RecordedRecall: {
            /**
             * Format: uuid
             * @description The recall.
             */
            recallId: string;
            /** @description Who has to stop. */
            requester: string;
            /** @description Using which video. */
            video: components["schemas"]["VideoName"];
            /** @description For which purpose. */
            purpose: string;
            /** @description Whose word decides; null if that is nobody's. */
            creatorId: null | string;
            /** @description What decides. */
            reason: components["schemas"]["Reason"];
            /**
             * Format: date-time
             * @description By when to stop.
             */
            stopBy: string;
            /** @description What the requester said to it. */
            state: components["schemas"]["RecallState"];
            /** @description Whether they said it in words. The words are where the recall is. */
            hasStatement: boolean;
            /**
             * Format: int64
             * @description The version of the requester's stream that last altered it.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was last altered.
             */
            changedAt: string;
        };
        /** @description A recorded use. */
        RecordedUse: {
            /**
             * Format: uuid
             * @description The use.
             */
            id: string;
            /** @description Who used the videos. */
            requester: string;
            /** @description For which purpose. */
            purpose: string;
            /** @description What was made of them; null if that was not said. */
            made: components["schemas"]["Made"] | null;
            /** @description Whether the use of every video had consent. */
            status: components["schemas"]["UseStatus"];
            /** @description Why; of the first video without consent, if there is one. */
            reason: components["schemas"]["UseReason"];
            /** @description Each video, judged. */
            videos: components["schemas"]["UsedVideo"][];
            /**
             * Format: date-time
             * @description When, by the word of whoever recorded it.
             */
            usedAt: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            recordedAt: string;
        };
        /** @description A page of a list. */
        RecordedUsePage: {
            /** @description The items. */
            items: components["schemas"]["RecordedUse"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /** @description A refusal. */
        RefuseRequest: {
            /** @description Why, for the requester; at most 1,000 characters. */
            reason?: null | string;
        };
        /** @description A purpose to register. */
        RegisterPurposeRequest: {
            /** @description Its name: its parent's, a dot and one segment of `[a-z][a-z0-9-]{0,62}`; at most 4 segments. */
            purpose: string;
            /** @description The purpose one above, which the name says already; if given, it has to agree. */
            parent?: null | string;
            /** @description Whether depicted people decide on it: whoever registers a purpose has to have thought of them. */
            usesLikeness: null | boolean;
            /** @description What it means, in a sentence for creators; at most 1,000 characters. */
            description: string;
        };
        /** @description Facts about a video. A fact that is left out stays as it is; a list is the wanted list. */
        RegisterVideoRequest: {
            /**
             * Format: date-time
             * @description When it was published, RFC 3339; not in the future.
             */
            publishedAt?: null | string;
            /** @description Everybody else who is concerned; at most 64. */
            participants?: null | components["schemas"]["Participant"][];
            /** @description The videos it was made from; at most 64. */
            derivedFrom?: null | components["schemas"]["VideoName"][];
            /** @description What it is known by outside the platform; at most 16. */
            identifiers?: null | components["schemas"]["WantedIdentifier"][];
            /** @description Why; required of an administrator who changes facts in the direction that can widen consent. */
            reason?: null | string;
        };
        /** @description Many videos to register, of any creators. */
        RegisterVideosRequest: {
            /** @description The videos; 1 to 10,000. */
            videos: components["schemas"]["RegistrationItem"][];
        };
        /** @description An identifier of a video. */
        RegisteredIdentifier: {
            /** @description What kind of identifier it is. */
            scheme: components["schemas"]["IdentifierScheme"];
            /** @description Its value, in its normal form. */
            value: string;
            /** @description Whether what is published for sites may name it. */
            listed: boolean;
        };
        /** @description A purpose as it entered the vocabulary. */
        RegisteredPurpose: {
            /** @description Its name. */
            purpose: string;
            /** @description Whether it is itself marked as using likeness. */
            usesLikeness: boolean;
            /** @description What it means. */
            description: string;
            /**
             * Format: int32
             * @description The vocabulary version that introduced it.
             */
            introducedIn: number;
        };
        /** @description The answer to a registration. */
        Registration: {
            /** @description What is registered now. */
            video: components["schemas"]["Video"];
            /**
             * Format: int64
             * @description The version of the owner's stream, for `minVersions` of a check.
             */
            version: number;
            /**
             * Format: int32
             * @description 1, or 0 if what was said already stood.
             */
            changes: number;
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description The answers for many videos, in the order of the request. */
        RegistrationBatch: {
            /** @description For each video what happened. A refused one spoils no other. */
            results: components["schemas"]["RegistrationResult"][];
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description Facts about one video among many. */
        RegistrationItem: {
            /** @description The owner. */
            creatorId: string;
            /** @description The owner's id for the video. */
            videoId: string;
            /**
             * Format: date-time
             * @description When it was published, RFC 3339; not in the future.
             */
            publishedAt?: null | string;
            /** @description Everybody else who is concerned; at most 64. */
            participants?: null | components["schemas"]["Participant"][];
            /** @description The videos it was made from; at most 64. */
            derivedFrom?: null | components["schemas"]["VideoName"][];
            /** @description What it is known by outside the platform; at most 16. */
            identifiers?: null | components["schemas"]["WantedIdentifier"][];
            /** @description Why; required of an administrator who changes facts in the direction that can widen consent. */
            reason?: null | string;
        };
        /** @description The answer for one video among many: what happened, or why it was refused. */
        RegistrationResult: {
            /** @description The owner, as the request said. */
            creatorId: null | string;
            /** @description The video, as the request said. */
            videoId: null | string;
            /**
             * Format: int64
             * @description The version of the owner's stream; null of a refused item.
             */
            version: null | number;
            /**
             * Format: int32
             * @description 1, or 0 if what was said already stood; null of a refused item, of which nothing is registered.
             */
            changes: null | number;
            /** @description Why the item was refused; null of an accepted one. */
            error: components["schemas"]["ItemError"] | null;
        };
        /** @description The decision that a use relied on. */
        ReliedOn: {
            /**
             * Format: date-time
             * @description The moment that it was made from.
             */
            decidedAt: string;
            /** @description Whether a receipt shows it; if not, it is the word of whoever recorded the use. */
            receipt: boolean;
            /**
             * Format: uuid
             * @description The id of the decision; absent if it is not known.
             */
            decisionId?: string;
        };
        /** @description What a requester asks for, as the token's own client. */
        RequestApprovalRequest: {
            /** @description The video's owner. */
            creatorId: string;
            /** @description The owner's id for the video. */
            videoId: string;
            /** @description The purpose. */
            purpose: string;
            /** @description What is meant to be done, in plain words for the creators; at most 1,000 characters. */
            use: string;
            /**
             * Format: date-time
             * @description For how long, RFC 3339; for good without it.
             */
            until?: null | string;
            /**
             * Format: int32
             * @description How many uses; any number without it.
             */
            uses?: null | number;
        };
        /** @description The grants that a deny would revoke. */
        RevokedGrants: {
            /**
             * Format: int32
             * @description How many there are.
             */
            count: number;
            /** @description The first 100. */
            first: components["schemas"]["Grant"][];
        };
        /**
         * @description How a creator is concerned by a video. In the order in which a decision names them.
         *
         *     - `owner`: The video is theirs.
         *     - `coCreator`: They made it with the owner.
         *     - `depicted`: Their voice or likeness appears in it.
         * @enum {string}
         */
        Role: "owner" | "coCreator" | "depicted";
        /**
         * @description What a signal says of a purpose. In order of restrictiveness.
         *
         *     - `deny`: Nobody may.
         *     - `ask`: Whoever wants to has to ask.
         *     - `nothing`: It is silent.
         *     - `allow`: Anybody may.
         * @enum {string}
         */
        Said: "deny" | "ask" | "nothing" | "allow";
        /**
         * @description Whether a setting is for every video of a creator or for one. In order of specificity.
         *
         *     - `default`: Creator-wide.
         *     - `override`: For one video.
         * @enum {string}
         */
        Scope: "default" | "override";
        /** @description What a default says for videos published from a moment on, until the next segment starts. */
        Segment: {
            /**
             * Format: date-time
             * @description The moment; null for every video, those without a known date included.
             */
            from: null | string;
            /** @description The effect. */
            effect: components["schemas"]["Effect"];
            /** @description What it attaches. */
            conditions: components["schemas"]["Condition"][];
            /**
             * Format: date-time
             * @description When an allow ends; null if it does not.
             */
            expiresAt: null | string;
            /**
             * Format: int32
             * @description The vocabulary version that the creator knew: an allow does not reach newer purposes below its own.
             */
            vocabularyVersion: number;
            /**
             * Format: int64
             * @description The version of the creator's stream that last altered it.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was last altered.
             */
            changedAt: string;
        };
        /** @description A default to set. */
        SetDefaultRequest: {
            /** @description The effect. */
            effect: components["schemas"]["Effect"];
            /** @description Of an allow only: `future` (the default) reaches videos published from now on; `all` is the creator's explicit word for every video. */
            appliesTo?: components["schemas"]["AppliesTo"] | null;
            /** @description What an allow or ask attaches. */
            conditions?: null | components["schemas"]["Condition"][];
            /**
             * Format: date-time
             * @description Of an allow only: when it ends, RFC 3339.
             */
            expiresAt?: null | string;
            /** @description Of an ask or deny: also clear the more specific settings that answer less restrictively. */
            clearExceptions?: null | boolean;
            /** @description Why, for the history; at most 1,000 characters. */
            reason?: null | string;
            /**
             * Format: int32
             * @description The vocabulary that the creator saw; an allow never reaches purposes newer than it.
             */
            vocabularyVersion?: null | number;
        };
        /** @description An override to set. */
        SetOverrideRequest: {
            /** @description The effect. */
            effect: components["schemas"]["Effect"];
            /** @description What an allow or ask attaches. */
            conditions?: null | components["schemas"]["Condition"][];
            /**
             * Format: date-time
             * @description Of an allow only: when it ends, RFC 3339.
             */
            expiresAt?: null | string;
            /** @description Why, for the history; at most 1,000 characters. */
            reason?: null | string;
            /**
             * Format: int32
             * @description The vocabulary that the creator saw; an allow never reaches purposes newer than it.
             */
            vocabularyVersion?: null | number;
        };
        /** @description A setting as stored: a default, or an override for one video. */
        Setting: {
            /** @description The video of an override; null for a default. */
            video: components["schemas"]["VideoName"] | null;
            /** @description The purpose that it is for, and every one below. */
            purpose: string;
            /** @description The requester that it names; null for anybody. */
            requester: null | string;
            /** @description What it says; of a default, what its newest segment says. */
            effect: components["schemas"]["Effect"];
            /** @description What it attaches. */
            conditions: components["schemas"]["Condition"][];
            /**
             * Format: date-time
             * @description When an allow ends; null if it does not.
             */
            expiresAt: null | string;
            /**
             * Format: int32
             * @description The vocabulary version that the creator knew.
             */
            vocabularyVersion: number;
            /**
             * Format: int64
             * @description The version of the creator's stream that last altered it.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was last altered.
             */
            changedAt: string;
            /** @description Of a default: what it says for videos of which age, oldest first. */
            segments?: components["schemas"]["Segment"][];
        };
        /** @description A setting that stands beside a new ask or deny and answers less restrictively. */
        SettingException: {
            /** @description The video of an override; null for a default. */
            video: components["schemas"]["VideoName"] | null;
            /** @description The purpose that it is for. */
            purpose: string;
            /** @description The requester that it names; null for anybody. */
            requester: null | string;
            /** @description Its least restrictive effect. */
            effect: components["schemas"]["Effect"];
        };
        /** @description The settings that a new ask or deny did not reach, because they are more specific. */
        SettingExceptions: {
            /**
             * Format: int32
             * @description How many there are.
             */
            count: number;
            /** @description The first 100. */
            first: components["schemas"]["SettingException"][];
        };
        /** @description A page of a list. */
        SettingPage: {
            /** @description The items. */
            items: components["schemas"]["Setting"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /**
         * @description Why a setting took part in a decision, or did not.
         *
         *     - `nothingToRestrict`: For a purpose below, where nothing at or above the checked purpose speaks: it does not count.
         *     - `expired`: No candidate: it has expired.
         *     - `purposeNewerThanConsent`: No candidate: the checked purpose is newer than the allow.
         *     - `publishedBeforeConsent`: No candidate: no segment of it covers the video.
         *     - `otherPurpose`: No candidate: its purpose is neither the checked one nor above nor below it.
         *     - `otherRequester`: No candidate: it names another requester.
         *     - `beaten`: A candidate that another one beats.
         *     - `unbeaten`: Among the unbeaten: it had its say.
         * @enum {string}
         */
        SettingStanding: "nothingToRestrict" | "expired" | "purposeNewerThanConsent" | "publishedBeforeConsent" | "otherPurpose" | "otherRequester" | "beaten" | "unbeaten";
        /** @description One consent in one format. */
        Signal: {
            /** @description The format. */
            format: components["schemas"]["SignalFormat"];
            /** @description Where it stands. */
            form: components["schemas"]["SignalForm"];
            /** @description The URL that it is about; null of what is part of the file, and of a site's file. */
            url: null | string;
            /** @description The media type of `text`; null without one. */
            mediaType: null | string;
            /** @description The document; null if the format has none here, or there is nothing to say. */
            text: null | string;
            /** @description The headers to send; none if the format has none here, or there is nothing to say. */
            headers: components["schemas"]["SignalHeader"][];
            /**
             * Format: date-time
             * @description When the first allow that it says ends: until then it has to be asked for anew; null if none does.
             */
            expiresAt: null | string;
            /** @description What it cannot say, by purpose. */
            losses: components["schemas"]["SignalLoss"][];
        };
        /** @description How a signal stands to the registry. */
        SignalComparison: {
            /** @description The URL that it is about; null of what is part of the file. */
            url: null | string;
            /**
             * Format: date-time
             * @description The moment of the registry's answers.
             */
            freshAt: string;
            /** @description For each format that may stand there. */
            formats: components["schemas"]["FormatDrift"][];
        };
        /** @description A text with signals, as it was found. */
        SignalComparisonRequest: {
            /** @description Where it was found. */
            source: components["schemas"]["SignalSource"];
            /** @description The text; at most 1 MiB. */
            text: string;
            /** @description The URL that it is about, one of the video's. It may be left out where the video has one, and of what is part of the file (`xmp`, `manifest`). */
            url?: null | string;
        };
        /**
         * @description Where a signal stands.
         *
         *     - `headers`: Headers of the answer that delivers the content.
         *     - `meta`: An element in the head of the content's page.
         *     - `document`: A document about one URL.
         *     - `embedded`: A part of the file itself, or a file beside it. Nobody can take it back.
         *     - `robots`: Lines of the site's robots.txt.
         *     - `siteFile`: A file of a site.
         *     - `policy`: The policy to which a TDMRep reservation points.
         * @enum {string}
         */
        SignalForm: "headers" | "meta" | "document" | "embedded" | "robots" | "siteFile" | "policy";
        /**
         * @description A format in which others look for consent. What each can say is in docs/reference/signals.md.
         *
         *     - `aipref`: IETF AIPREF: the header `Content-Usage`, and rules for robots.txt.
         *     - `tdmrep`: W3C TDMRep: headers, a file for a site, and a policy.
         *     - `cawg`: The CAWG assertion about training and data mining 1.1, for a manifest.
         *     - `iptc`: IPTC and PLUS: the property `plus:DataMining`, in an XMP packet.
         *     - `rsl`: Really Simple Licensing 1.0: an XML document.
         *     - `contentSignal`: Content-Signal: a line of robots.txt for a whole site.
         *     - `noai`: `noai` and `noimageai`: a header, and a `meta` element.
         * @enum {string}
         */
        SignalFormat: "aipref" | "tdmrep" | "cawg" | "iptc" | "rsl" | "contentSignal" | "noai";
        /** @description A header of HTTP. */
        SignalHeader: {
            /** @description Its name. */
            name: string;
            /** @description Its value. */
            value: string;
        };
        /** @description What a signal says in place of what it cannot say. */
        SignalLoss: {
            /** @description Of which purpose. */
            purpose: string;
            /** @description What the registry answers to everybody: the most restrictive effect. */
            effect: components["schemas"]["Effect"];
            /** @description What the signal says. */
            says: components["schemas"]["Said"];
            /** @description Whether that is stricter than what the registry answers to somebody nobody named. */
            overDenied: boolean;
            /** @description What is lost. */
            lost: components["schemas"]["Lost"][];
            /** @description The conditions that are lost. */
            conditions: components["schemas"]["Condition"][];
            /**
             * Format: int32
             * @description Of how many URLs; 1 of a video's signal.
             */
            count: number;
        };
        /**
         * @description Where a text with signals was found.
         *
         *     - `headers`: Headers of an answer of HTTP, a line each.
         *     - `robots`: The file `/robots.txt` of a site.
         *     - `tdmrep`: The file `/.well-known/tdmrep.json` of a site.
         *     - `rsl`: An RSL document.
         *     - `xmp`: An XMP packet, part of a file or beside it.
         *     - `manifest`: A C2PA manifest as JSON, a manifest store, or an assertion of it alone.
         *     - `page`: An HTML page.
         * @enum {string}
         */
        SignalSource: "headers" | "robots" | "tdmrep" | "rsl" | "xmp" | "manifest" | "page";
        /** @description What anybody may do with a creator's videos at a site, in one format, as the site's file. */
        SiteSignals: {
            /** @description The owner of the videos. */
            creatorId: string;
            /** @description The site, as an origin in its normal form. */
            site: string;
            /**
             * Format: int32
             * @description How many listed URLs it speaks of.
             */
            urls: number;
            /** @description Whether there are more: then the file denies everything for the whole site. */
            more: boolean;
            /** @description The file, and what it points to. */
            signals: components["schemas"]["Signal"][];
        };
        /** @description A stop that stands. */
        Stop: {
            /** @description What it stops, with everything above and below; null for everything. */
            purposes: null | string[];
            /**
             * Format: int64
             * @description The version of the creator's stream that last altered it.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was last altered.
             */
            changedAt: string;
        };
        /** @description Why a text cannot be read in a format. */
        UnreadableSignal: {
            /**
             * Format: int32
             * @description The line, from 1.
             */
            line: number;
            /**
             * Format: int32
             * @description The place in that line, from 1.
             */
            column: number;
            /** @description One sentence for people. */
            detail: string;
        };
        /** @description What a webhook is to be. */
        UpdateWebhookRequest: {
            /**
             * Format: uri
             * @description Where to send to.
             */
            url: string;
            /** @description Of which kinds to tell; without it, of every one. */
            kinds?: null | components["schemas"]["NotificationKind"][];
            /** @description Whether anything is sent; without it, it is. */
            enabled?: null | boolean;
        };
        /** @description The answer to a recorded use. */
        UseChange: {
            /** @description The use, judged. */
            use: components["schemas"]["RecordedUse"];
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /**
         * @description Why a use had consent, or had none. The first three are consent.
         *
         *     - `indeterminate`: More videos are concerned than a check may consult.
         *     - `otherDecision`: The decision that is said to have been relied on did not allow the use, or came after it.
         *     - `noReceipt`: The use is said to have been long before it was recorded, and no receipt shows what was answered then.
         *     - `laterReceipt`: The receipt is from after the use, which cannot have relied on it.
         *     - `otherReceipt`: The receipt is of another check: another video, purpose or requester.
         *     - `expiredReceipt`: The receipt is too old to be relied on.
         *     - `forgedReceipt`: The receipt is none that this registry signed.
         *     - `unknownPurpose`: The vocabulary does not know the purpose, so that nobody can have consented.
         *     - `unknownVideo`: Nobody registered the video.
         *     - `beyondGrant`: It was approved once, but the uses that were granted had all been recorded before, or their time was over.
         *     - `notApproved`: It took an approval that nobody gave.
         *     - `hold`: A hold stood.
         *     - `lockdown`: A lockdown stood.
         *     - `noConsent`: Somebody denied it, or had said nothing.
         *     - `grant`: A grant allowed it.
         *     - `videoOverride`: A setting for the video allowed it.
         *     - `creatorDefault`: A creator-wide setting allowed it.
         * @enum {string}
         */
        UseReason: "indeterminate" | "otherDecision" | "noReceipt" | "laterReceipt" | "otherReceipt" | "expiredReceipt" | "forgedReceipt" | "unknownPurpose" | "unknownVideo" | "beyondGrant" | "notApproved" | "hold" | "lockdown" | "noConsent" | "grant" | "videoOverride" | "creatorDefault";
        /**
         * @description Whether a use had consent.
         *
         *     - `unconsented`: It had not.
         *     - `consented`: It had the consent of everybody concerned.
         * @enum {string}
         */
        UseStatus: "unconsented" | "consented";
        /** @description How often a requester used a creator's videos for a purpose. */
        UseTotal: {
            /** @description The purpose. */
            purpose: string;
            /** @description The requester. */
            requester: string;
            /**
             * Format: int64
             * @description Uses with consent.
             */
            consented: number;
            /**
             * Format: int64
             * @description Uses without.
             */
            unconsented: number;
        };
        /** @description How often a creator's videos were used. */
        UseTotals: {
            /**
             * Format: int64
             * @description Uses with consent.
             */
            consented: number;
            /**
             * Format: int64
             * @description Uses without.
             */
            unconsented: number;
            /** @description By purpose and requester; the first 1,000. */
            items: components["schemas"]["UseTotal"][];
        };
        /** @description What happened. Pass over members that you do not know. */
        UsedData: {
            /** @description Whom it is about: whose settings changed, who is asked, or whom a use concerns. */
            creatorId: string;
            /** @description Who asked, used the video or has to stop. */
            requester: string;
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description The purpose. */
            purpose: string;
            /**
             * Format: uuid
             * @description The recorded use.
             */
            useId: string;
            /**
             * Format: int32
             * @description How many of the use's videos concern the creator; of identifiers, how many of the creator's videos got some.
             */
            videos: number;
            /** @description Why a use had consent or had none; of a recall, what decides now. */
            reason: components["schemas"]["UseReason"];
            /**
             * Format: date-time
             * @description When the video was used.
             */
            usedAt: string;
            /** @description True of the last use that is told for now: others follow, which the list of uses has. */
            more: boolean;
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        UsedMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "used";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["UsedData"];
        };
        /** @description One video of a use, judged. */
        UsedVideo: {
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description Whether its use had consent. */
            status: components["schemas"]["UseStatus"];
            /** @description Why. */
            reason: components["schemas"]["UseReason"];
            /** @description The counted grants of which it spent a use. */
            spentGrants: string[];
            /** @description The decision that was relied on; null if none is known. */
            reliedOn: components["schemas"]["ReliedOn"] | null;
        };
        /** @description The use of one video, as a creator whom it concerns sees it. */
        UsedVideoItem: {
            /**
             * Format: uuid
             * @description The use.
             */
            useId: string;
            /** @description The video: the creator's, one that they appear in, or one made from such a video. */
            video: components["schemas"]["VideoName"];
            /** @description Who used it. */
            requester: string;
            /** @description For which purpose. */
            purpose: string;
            /** @description What was made of it; null if that was not said. */
            made: components["schemas"]["Made"] | null;
            /** @description Whether the use had consent. */
            status: components["schemas"]["UseStatus"];
            /** @description Why. */
            reason: components["schemas"]["UseReason"];
            /** @description The counted grants of which it spent a use. */
            spentGrants: string[];
            /** @description The decision that was relied on; null if none is known. */
            reliedOn: components["schemas"]["ReliedOn"] | null;
            /**
             * Format: date-time
             * @description When, by the word of whoever recorded it.
             */
            usedAt: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            recordedAt: string;
        };
        /** @description A page of a list. */
        UsedVideoItemPage: {
            /** @description The items. */
            items: components["schemas"]["UsedVideoItem"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /** @description A video that was used. */
        UsedVideoRequest: {
            /** @description The owner. */
            creatorId: string;
            /** @description The owner's id for the video. */
            videoId: string;
            /** @description The receipt of the check that was relied on: the use is judged by the consent of its time. */
            receipt?: null | string;
            /** @description Instead of a receipt: the decision that was relied on. It is kept with the use, which is judged by the consent of now. */
            decision?: components["schemas"]["DecisionRequest"] | null;
        };
        /** @description What happened. Pass over members that you do not know. */
        UsedWithoutConsentData: {
            /** @description Whom it is about: whose settings changed, who is asked, or whom a use concerns. */
            creatorId: string;
            /** @description Who asked, used the video or has to stop. */
            requester: string;
            /** @description The video. */
            video: components["schemas"]["VideoName"];
            /** @description The purpose. */
            purpose: string;
            /**
             * Format: uuid
             * @description The recorded use.
             */
            useId: string;
            /**
             * Format: int32
             * @description How many of the use's videos concern the creator; of identifiers, how many of the creator's videos got some.
             */
            videos: number;
            /** @description Why a use had consent or had none; of a recall, what decides now. */
            reason: components["schemas"]["UseReason"];
            /**
             * Format: date-time
             * @description When the video was used.
             */
            usedAt: string;
            /** @description True of the last use that is told for now: others follow, which the list of uses has. */
            more: boolean;
        };
        /** @description The message that a webhook gets, by the Standard Webhooks specification. */
        UsedWithoutConsentMessage: {
            /**
             * @description What happened.
             * @constant
             */
            type: "usedWithoutConsent";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What happened. Pass over members that you do not know. */
            data: components["schemas"]["UsedWithoutConsentData"];
        };
        /** @description The answer to uses, in the order of the request. */
        UsesChange: {
            /** @description For each, the recorded use or why it was refused. */
            results: components["schemas"]["RecordedItem"][];
            /** @description Whether every check that starts from now on, on any node, is answered with the change. False only with `Prefer: respond-async`, and where the change was `superseded`. */
            effectiveEverywhere: boolean;
            /**
             * Format: date-time
             * @description With `Prefer: respond-async`: the moment from which on it will be, at the latest. Absent where the change was superseded.
             */
            effectiveBy?: string;
            /** @description True where the answer was given before, under the same `Idempotency-Key`; absent otherwise. What it says was true then. */
            replayed?: boolean;
            /** @description True in a repeated answer where something that the answer speaks of has been changed since. It is then not in force any more as the answer says. Absent otherwise. Changes of anything else do not count. */
            superseded?: boolean;
            /**
             * Format: int64
             * @description Where `superseded`: the version at which the stream stands now; absent where the change was of several streams.
             */
            currentVersion?: number;
        };
        /** @description What is registered about a video. */
        Video: {
            /** @description The owner. */
            creatorId: string;
            /** @description The owner's id for the video. */
            videoId: string;
            /**
             * Format: date-time
             * @description When it was published; null if that is unknown.
             */
            publishedAt: null | string;
            /** @description Everybody else who is concerned, in the order in which decisions name them. */
            participants: components["schemas"]["Participant"][];
            /** @description The videos it was made from, in their listed order. */
            derivedFrom: components["schemas"]["VideoName"][];
            /** @description What it is known by outside the platform, by scheme and value. */
            identifiers: components["schemas"]["RegisteredIdentifier"][];
        };
        /** @description A video with its effective consent. */
        VideoConsent: {
            /** @description What is registered; null of a video that nobody registered. */
            video: components["schemas"]["Video"] | null;
            /** @description The decision for each purpose asked about. */
            consent: components["schemas"]["PurposeConsent"][];
        };
        /** @description A page of a list. */
        VideoConsentPage: {
            /** @description The items. */
            items: components["schemas"]["VideoConsent"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /** @description A video by its owner and the owner's name for it. */
        VideoName: {
            /** @description The owner. */
            creatorId?: null | string;
            /** @description The owner's id for the video. */
            videoId?: null | string;
        };
        /** @description What anybody may do with a video, in the formats of others. */
        VideoSignals: {
            /** @description The owner. */
            creatorId: string;
            /** @description The owner's id for the video. */
            videoId: string;
            /** @description What is part of the file first, then for each of the video's URLs what is sent with it. */
            signals: components["schemas"]["Signal"][];
        };
        /** @description The vocabulary. */
        Vocabulary: {
            /**
             * Format: int32
             * @description Its version, raised by one with each registration.
             */
            version: number;
            /** @description Every purpose, in order of registration; at most 256. */
            items: components["schemas"]["Purpose"][];
        };
        /** @description An identifier that a video is to have. */
        WantedIdentifier: {
            /** @description What kind of identifier it is. */
            scheme: components["schemas"]["IdentifierScheme"];
            /** @description Its value, in any spelling that has a normal form. */
            value: string;
            /** @description Whether what is published for sites may name it; without it that stays as it is, and a new identifier is not listed. */
            listed?: null | boolean;
        };
        /** @description A webhook. */
        Webhook: {
            /**
             * Format: uuid
             * @description Its id.
             */
            webhookId: string;
            /** @description Who is told. */
            audience: components["schemas"]["WebhookAudience"];
            /** @description The platform's client, the requester or the creator. */
            owner: string;
            /**
             * Format: uri
             * @description Where the registry sends to.
             */
            url: string;
            /** @description Of which kinds it is told; null for every one, those that come later included. */
            kinds: null | components["schemas"]["NotificationKind"][];
            /** @description Whether anything is sent. */
            enabled: boolean;
            /** @description Why nothing is. */
            disabledFor: components["schemas"]["DisabledFor"] | null;
            /**
             * Format: date-time
             * @description Since when every attempt has failed; null if the last one succeeded.
             */
            failingSince: null | string;
            /**
             * Format: date-time
             * @description Until when the secret before the newest goes on signing beside it; those before that end sooner.
             */
            formerSecretUntil: null | string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            createdAt: string;
        };
        /**
         * @description Who is told by a webhook.
         *
         *     - `creator`: A creator's agents: what appears in the creator's inbox.
         *     - `requester`: A requester: what concerns their own requests and uses, and new purposes.
         *     - `platform`: A platform: everybody's changes, stops and new purposes.
         * @enum {string}
         */
        WebhookAudience: "creator" | "requester" | "platform";
        /** @description A page of a list. */
        WebhookPage: {
            /** @description The items. */
            items: components["schemas"]["Webhook"][];
            /** @description Where the list goes on; absent on the last page. */
            nextCursor?: string;
        };
        /** @description A setting in the course of a decision. */
        WeighedSetting: {
            /** @description Whether it is a default or an override for the video. */
            scope: components["schemas"]["Scope"];
            /** @description The purpose that it is for. */
            purpose: string;
            /** @description The requester that it names; null for anybody. */
            requester: null | string;
            /** @description What it says. */
            effect: components["schemas"]["Effect"];
            /** @description What became of it: `unbeaten` and `beaten` were candidates, the others say why it was none. */
            standing: components["schemas"]["SettingStanding"];
            /** @description Of a beaten one: the candidate that beats it. */
            beatenBy?: components["schemas"]["BeatingSetting"];
            /**
             * Format: int64
             * @description The version of the creator's stream that last altered it.
             */
            version: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
/** The messages of webhooks, by kind. */
export interface WebhookMessages {
  consentChanged: components["schemas"]["ConsentChangedMessage"];
  lockdown: components["schemas"]["LockdownMessage"];
  approvalRequested: components["schemas"]["ApprovalRequestedMessage"];
  approvalApproved: components["schemas"]["ApprovalApprovedMessage"];
  approvalRefused: components["schemas"]["ApprovalRefusedMessage"];
  approvalExpiring: components["schemas"]["ApprovalExpiringMessage"];
  used: components["schemas"]["UsedMessage"];
  usedWithoutConsent: components["schemas"]["UsedWithoutConsentMessage"];
  recall: components["schemas"]["RecallMessage"];
  purposeRegistered: components["schemas"]["PurposeRegisteredMessage"];
  identifierClaimed: components["schemas"]["IdentifierClaimedMessage"];
  importProposed: components["schemas"]["ImportProposedMessage"];
  ping: components["schemas"]["PingMessage"];
}
