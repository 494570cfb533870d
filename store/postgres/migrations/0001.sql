-- The schema of a library, version 1. Every table but the first two has the library first in its key.
--
-- An account is a database role. What a role may see is decided here, by row-level security, and
-- never by what a client says: `mine()` are the libraries of which it is a member.

create schema newstui;
comment on schema newstui is 'newstui library';

create table newstui.migration (
    version int primary key,
    applied_at timestamptz not null default now(),
    checksum text not null default ''                -- of the statements: see `store.postgres.schema`
);

-- A folder of articles. The one without a name is its owner's own library.
create table newstui.library (
    id int generated always as identity primary key,
    owner name not null default session_user,
    folder text collate "C" not null default '',
    unique (owner, folder)
);

create table newstui.member (
    library int not null references newstui.library on delete cascade,
    account name not null,
    may_write boolean not null default true,
    primary key (library, account)
);
create index member_account on newstui.member (account);

-- Numbers of versions, given in the order in which transactions commit: see `newstui.number`.
create sequence newstui.got as bigint;

create table newstui.article (
    library int not null references newstui.library on delete cascade,
    id text collate "C" not null,
    -- What a list shows of it, as `ArticleRow`; `category` and `source_name` with the label of its feed.
    title text collate "C" not null,
    title_key text collate "C" not null default '',  -- the title as lists are sorted by it
    category text collate "C" not null default '',
    at bigint not null,                              -- `ArticleRow.timestamp`
    rank bigint not null default 0,                  -- the order of undated articles
    added_at bigint not null,
    words int not null default 0,
    feed_key text collate "C" not null default '',
    source_name text collate "C" not null default '',
    own_category text collate "C" not null default '',    -- without the label of its feed
    own_source_name text collate "C" not null default '',
    -- What identifies it for its feed; keys are stable hashes of 64 bits (`store.postgres.keys`).
    item_key bigint not null default 0,
    link_key bigint not null default 0,
    url text collate "C" not null default '',
    guid text collate "C" not null default '',
    language text collate "C" not null default '',
    authors text[] not null default '{}',
    tags text[] not null default '{}',
    facts jsonb not null,                            -- all of it, as segments have it
    -- What counts for everyone of the library, from the state of the account ''.
    gone boolean not null default false,             -- deleted by the owner
    update_stamp bigint not null default -1,         -- when its publisher changed it
    added bigint not null,                           -- its number in the order in which articles came
    got bigint not null,                             -- the number of its last change
    writer text not null default '',                 -- the session that made it
    primary key (library, id),
    constraint is_shown check (
        id <> '' and length(title) <= 10000
        and id || category || source_name !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]'
    ),
    constraint is_dated check (
        at between -1000000000000 and 1000000000000
        and added_at between -1000000000000 and 1000000000000
    ),
    constraint is_parsed check (words >= 0 and jsonb_typeof(facts) = 'object')
);
create unique index article_added on newstui.article (library, added);
create index article_got on newstui.article (library, got);
create index article_at on newstui.article (library, at desc, rank desc, id desc)
    include (added) where not gone;
create index article_category on newstui.article (library, category, at desc, rank desc, id desc)
    include (added) where not gone;
create index article_feed on newstui.article (library, feed_key, at desc, rank desc, id desc)
    include (added) where not gone;
create index article_item on newstui.article (library, item_key);
create index article_link on newstui.article (library, link_key);
create index article_import on newstui.article (library, words, hashtext(title))
    where feed_key = '' and url = '';
create index article_gone on newstui.article (library, id) where gone;
create index article_id on newstui.article (library, lower(id) text_pattern_ops);

create table newstui.body (
    library int not null,
    id text collate "C" not null,
    text text not null default '',
    summary text not null default '',
    summary_origin text not null default '',
    summary_complete boolean not null default true,
    similar_titles text[] not null default '{}',
    primary key (library, id),
    foreign key (library, id) references newstui.article on delete cascade on update cascade
);

-- The full-text index: made after articles have been added, by whoever opens the library. A document of
-- the account '' is everyone's; one of an account has the article with its own edits and tags.
create table newstui.document (
    library int not null,
    id text collate "C" not null,
    account name not null default '',
    part smallint not null default 0,                -- 0 has all words: `store.postgres.text_vector`
    parts smallint not null default 1,
    at bigint not null,
    title_words int not null default 0,
    text_words int not null default 0,
    words tsvector not null,
    primary key (library, id, account, part),
    foreign key (library, id) references newstui.article on delete cascade on update cascade
) with (toast_tuple_target = 256);
-- Many rows are read without their words, so these alone are kept elsewhere.
alter table newstui.document alter column id set storage plain;
-- Where the server can, with the faster of its two compressions: ranking reads many vectors.
do $$
    begin
        execute 'alter table newstui.document alter column words set compression lz4';
    exception when syntax_error or feature_not_supported then
        null;
    end
$$;
create index document_words on newstui.document using gin (words) where part = 0;
create index document_more_words on newstui.document using gin (words) where part > 0;
create index document_at on newstui.document (library, at desc, id desc) where part = 0;
create index document_own on newstui.document (account, library, id) where account <> '';

-- Articles that are still to be indexed: for everyone, or for an account alone.
create table newstui.unindexed (
    library int not null,
    id text collate "C" not null,
    account name not null default '',
    claimed_at timestamptz,                          -- when somebody began to index it
    primary key (library, id, account),
    foreign key (library, id) references newstui.article on delete cascade on update cascade
);

-- The words of the documents, by field, and how many documents have each.
create table newstui.term (
    library int not null references newstui.library on delete cascade,
    field text collate "C" not null,
    term text collate "C" not null,
    account name not null default '',
    documents bigint not null default 0,
    primary key (library, field, term, account)
);

-- The size of the full-text index.
create table newstui.indexed (
    library int primary key references newstui.library on delete cascade,
    documents bigint not null default 0,
    title_words bigint not null default 0,
    text_words bigint not null default 0
);

-- What happened, as `store.journal.events.Event`: only ever added to. An event that is shared counts
-- for everyone of the library, any other for its account. One act on articles of several libraries is
-- an event in each, of the same machine and order.
create table newstui.event (
    library int not null references newstui.library on delete cascade,
    account name not null default session_user,
    machine text collate "C" not null,
    ord bigint not null,                             -- `Event.order`
    checksum bigint not null,                        -- of the articles, as in `Event.event_id`
    at bigint not null,                              -- microseconds since 1970
    kind text collate "C" not null,
    articles text[] collate "C" not null,
    data jsonb not null default '{}',
    shared boolean not null default false,
    got bigint not null,
    primary key (library, account, machine, ord, checksum, kind),
    constraint is_event check (               -- as `store.journal.events.check_event`
        ord between 0 and 9007199254740991
        and at between -9007199254740991 and 9007199254740991
        and cardinality(articles) > 0 and array_position(articles, null) is null
        and jsonb_typeof(data) = 'object'
        and coalesce(jsonb_typeof(data -> 'count'), 'number') = 'number'
        and case kind
            when 'position' then coalesce(jsonb_typeof(data -> 'position'), '') = 'number'
            when 'tagged' then coalesce(jsonb_typeof(data -> 'tag'), '') = 'string'
            when 'untagged' then coalesce(jsonb_typeof(data -> 'tag'), '') = 'string'
            when 'edited' then coalesce(jsonb_typeof(data -> 'to'), '') = 'object'
            when 'undone' then coalesce(jsonb_typeof(data -> 'of'), '') = 'number'
            else true
        end
    )
);
create index event_got on newstui.event (library, got);
create index event_order on newstui.event (library, account, ord);
create index event_articles on newstui.event using gin (articles);

-- What events add up to, as `ArticleState`: values with the stamps of the events that decided them.
-- The account '' has what counts for everyone.
create table newstui.state (
    library int not null references newstui.library on delete cascade,
    account name not null,
    article text collate "C" not null,
    read boolean not null default false,
    read_stamp bigint not null default -1,
    starred boolean not null default false,
    starred_stamp bigint not null default -1,
    position int not null default 0,
    position_stamp bigint not null default -1,
    deleted boolean not null default false,
    deleted_stamp bigint not null default -1,
    count int not null default 0,
    imported_count int not null default 0,
    last_read bigint not null default 0,
    last_opened bigint not null default 0,
    tags jsonb not null default '{}',                -- {tag: [stamp, is_set]}
    edits jsonb not null default '{}',               -- {field: [stamp, value]}
    -- What the edits make of the row of the article; null for what is not edited.
    title text collate "C",
    title_key text collate "C",
    category text collate "C",
    edited_at bigint,                                -- `ArticleRow.timestamp`
    got bigint not null default 0,
    writer text not null default '',
    primary key (library, account, article),
    constraint is_state check (
        jsonb_typeof(tags) = 'object' and jsonb_typeof(edits) = 'object'
        and not jsonb_path_exists(tags, 'strict $.* ?
            (@.type() != "array" || @.size() != 2 || @[0].type() != "number")')
        and not jsonb_path_exists(edits, 'strict $.* ?
            (@.type() != "array" || @.size() != 2 || @[0].type() != "number")')
        and edited_at between -1000000000000 and 1000000000000
    )
);
create index state_got on newstui.state (library, account, got);
create index state_read on newstui.state (library, account, article) where read;
create index state_starred on newstui.state (library, account, article) where starred;
create index state_begun on newstui.state (library, account, article) where position > 0 and not read;
create index state_moved on newstui.state (library, account, article)
    where deleted or category is not null or edited_at is not null or title is not null;
create index state_edited on newstui.state (library, account, article)
    where category is not null or edited_at is not null or title is not null;
create index state_tags on newstui.state (library, account, article) where tags <> '{}';

-- Numbers of articles that are kept up with every change. Those of the account '' are all articles;
-- those of an account are what it read, and how its numbers of articles differ from these.
create table newstui.counter (
    library int not null references newstui.library on delete cascade,
    account name not null,
    category text collate "C" not null,
    feed_key text collate "C" not null,
    total bigint not null default 0,
    read bigint not null default 0,
    starred bigint not null default 0,
    starred_unread bigint not null default 0,
    begun bigint not null default 0,
    read_count bigint not null default 0,
    read_words bigint not null default 0,
    primary key (library, account, category, feed_key)
);

-- Readings by quarter of an hour, at which the days of every time zone begin.
create table newstui.reading (
    library int not null references newstui.library on delete cascade,
    account name not null,
    quarter bigint not null,
    articles bigint not null default 0,
    words bigint not null default 0,
    primary key (library, account, quarter)
);

create table newstui.feed (
    library int not null references newstui.library on delete cascade,
    key text collate "C" not null,
    subscription jsonb not null,                     -- `Subscription`
    state jsonb not null default '{}',               -- `FeedState`
    name text collate "C" not null default '',       -- `FeedLabel` of its articles
    category text collate "C" not null default '',
    got bigint not null default 0,
    primary key (library, key),
    constraint is_feed check (
        jsonb_typeof(subscription) = 'object' and jsonb_typeof(state) = 'object'
    )
);

create table newstui.search (
    library int not null references newstui.library on delete cascade,
    account name not null default session_user,
    name text collate "C" not null,
    query text not null,
    place int generated always as identity,
    primary key (library, account, name)
);

-- Who may see and write what --------------------------------------------------------------------

create function newstui.mine() returns int[]
    language sql stable security definer set search_path = newstui, pg_temp
    as $$ select coalesce(array_agg(library), '{}') from member where account = session_user $$;

create function newstui.writable() returns int[]
    language sql stable security definer set search_path = newstui, pg_temp
    as $$
        select coalesce(array_agg(library), '{}') from member
        where account = session_user and may_write
    $$;

create function newstui.owned() returns int[]
    language sql stable security definer set search_path = newstui, pg_temp
    as $$ select coalesce(array_agg(id), '{}') from library where owner = session_user $$;

-- The articles whose ids begin like this. A function, because `like` may not use an index under
-- row-level security; it looks at the libraries of the account alone.
create function newstui.find_ids(prefix text) returns table (library int, id text)
    language sql stable security definer set search_path = newstui, pg_temp
    as $$
        select a.library, a.id from article a
        where a.library = any((select mine())::int[]) and lower(a.id) like prefix
    $$;

-- Makes the own library of the account, unless it has one; returns it.
create function newstui.open_own() returns int
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    declare
        own int;
    begin
        insert into library (owner) values (session_user) on conflict do nothing;
        select id into strict own from library where owner = session_user and folder = '';
        insert into member (library, account) values (own, session_user) on conflict do nothing;
        return own;
    end
    $$;

alter table newstui.library enable row level security;
create policy see on newstui.library for select
    using (id = any((select newstui.mine())::int[]) or owner = session_user);

alter table newstui.member enable row level security;
create policy see on newstui.member for select
    using (account = session_user or library = any((select newstui.owned())::int[]));

alter table newstui.article enable row level security;
alter table newstui.body enable row level security;
alter table newstui.feed enable row level security;
do $$
    declare
        each text;
    begin
        foreach each in array array['article', 'body', 'feed'] loop
            execute format(
                'create policy see on newstui.%I for select'
                ' using (library = any((select newstui.mine())::int[]))', each);
            execute format(
                'create policy put on newstui.%I for insert'
                ' with check (library = any((select newstui.writable())::int[]))', each);
            execute format(
                'create policy change on newstui.%I for update'
                ' using (library = any((select newstui.writable())::int[]))', each);
            execute format(
                'create policy remove on newstui.%I for delete'
                ' using (library = any((select newstui.%I())::int[]))',
                each, case each when 'feed' then 'writable' else 'owned' end);
        end loop;
    end
$$;

-- The full-text index is written by those who may add articles; what is in it for one account, by that.
do $$
    declare
        each text;
        written text := $policy$(
            account = '' and library = any((select newstui.writable())::int[])
            or account = session_user and library = any((select newstui.mine())::int[])
        )$policy$;
    begin
        foreach each in array array['document', 'unindexed', 'term'] loop
            execute format('alter table newstui.%I enable row level security', each);
            execute format(
                'create policy see on newstui.%I for select using'
                ' (library = any((select newstui.mine())::int[]) and account in ('''', session_user))',
                each);
            execute format('create policy put on newstui.%I for insert with check ', each) || written;
            execute format('create policy change on newstui.%I for update using ', each) || written;
            execute format('create policy remove on newstui.%I for delete using ', each) || written;
        end loop;
    end
$$;

alter table newstui.indexed enable row level security;
create policy see on newstui.indexed for select
    using (library = any((select newstui.mine())::int[]));

alter table newstui.event enable row level security;
create policy see on newstui.event for select
    using (library = any((select newstui.mine())::int[]) and (account = session_user or shared));
-- A deletion for everyone is the owner's; what a feed changed is whose who may write.
create policy put on newstui.event for insert with check (
    account = session_user
    and library = any((select newstui.mine())::int[])
    and (
        not shared
        or library = any((select newstui.owned())::int[])
        or (kind = 'edited' and library = any((select newstui.writable())::int[]))
    )
);

alter table newstui.state enable row level security;
create policy see on newstui.state for select
    using (library = any((select newstui.mine())::int[]) and (account = session_user or account = ''));
create policy put on newstui.state for insert with check (
    account = session_user and library = any((select newstui.mine())::int[])
    or account = '' and library = any((select newstui.writable())::int[])
);
create policy change on newstui.state for update using (
    account = session_user and library = any((select newstui.mine())::int[])
    or account = '' and library = any((select newstui.writable())::int[])
);
create policy remove on newstui.state for delete using (
    account = session_user and library = any((select newstui.mine())::int[])
    or account = '' and library = any((select newstui.writable())::int[])
);

alter table newstui.counter enable row level security;
create policy see on newstui.counter for select
    using (library = any((select newstui.mine())::int[]) and (account = session_user or account = ''));

alter table newstui.reading enable row level security;
create policy see on newstui.reading for select
    using (library = any((select newstui.mine())::int[]) and account = session_user);

alter table newstui.search enable row level security;
create policy own on newstui.search
    using (account = session_user and library = any((select newstui.mine())::int[]));

-- Kept by triggers ------------------------------------------------------------------------------

-- Returns the next number of a library for one kind of rows. Transactions of a library wait here for
-- each other, so that whoever has seen a number has seen all smaller ones.
create function newstui.number(library int, kind int) returns bigint
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        perform pg_advisory_xact_lock(hashtext('newstui') # kind, library);
        return nextval('got');
    end
    $$;

create function newstui.prepare_article() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        if tg_op = 'UPDATE'
            and (new.library, new.id, new.gone) is distinct from (old.library, old.id, old.gone)
            and not exists (select from library where id = old.library and owner = session_user)
        then
            raise insufficient_privilege using message = 'only the owner removes articles for everyone';
        end if;
        new.got := number(new.library, 1);
        new.writer := coalesce(current_setting('newstui.session', true), '');
        if tg_op = 'INSERT' or new.library <> old.library then
            new.added := new.got;
            -- Its state may have come before it.
            select deleted, coalesce((edits -> 'updated' ->> 0)::bigint, -1)
                into new.gone, new.update_stamp
                from state where library = new.library and account = '' and article = new.id;
            new.gone := coalesce(new.gone, false);
            new.update_stamp := coalesce(new.update_stamp, -1);
        end if;
        -- Undated articles: those added last first, and of those the first of their file.
        new.rank := case when new.at = -1000000000000
            then new.added_at * 1000000 - new.added % 1000000 else 0 end;
        new.source_name := new.own_source_name;
        new.category := new.own_category;
        if new.feed_key <> '' then
            select name, category into new.source_name, new.category
                from feed where library = new.library and key = new.feed_key and name <> '';
            new.source_name := coalesce(new.source_name, new.own_source_name);
            new.category := coalesce(new.category, new.own_category);
        end if;
        return new;
    end
    $$;
create trigger prepare before insert or update on newstui.article
    for each row execute function newstui.prepare_article();

-- Articles take the name and the category of their feed.
create function newstui.label_articles() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    declare
        session text := coalesce(current_setting('newstui.session', true), '');
    begin
        if tg_op = 'UPDATE' and (old.key, old.name, old.category) = (new.key, new.name, new.category) then
            return null;
        end if;
        perform set_config('newstui.session', '', true);  -- who changes a feed is told of its articles, too
        if tg_op <> 'INSERT' then
            update article set feed_key = feed_key where library = old.library and feed_key = old.key;
        end if;
        if tg_op <> 'DELETE' then
            update article set feed_key = feed_key where library = new.library and feed_key = new.key;
        end if;
        perform set_config('newstui.session', session, true);
        return null;
    end
    $$;
create function newstui.number_feed() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        new.got := nextval('got');
        return new;
    end
    $$;
create trigger number before insert or update on newstui.feed
    for each row execute function newstui.number_feed();

create trigger label after insert or update or delete on newstui.feed
    for each row execute function newstui.label_articles();

create function newstui.number_event() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        new.got := number(new.library, 2);
        return new;
    end
    $$;
create trigger number before insert on newstui.event
    for each row execute function newstui.number_event();

create function newstui.number_state() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        new.got := number(new.library, 2);
        new.writer := coalesce(current_setting('newstui.session', true), '');
        return new;
    end
    $$;
create trigger number before insert or update on newstui.state
    for each row execute function newstui.number_state();

-- Applies what counts for everyone to the articles themselves.
create function newstui.share_state() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        if new.deleted and not (tg_op = 'UPDATE' and old.deleted) and not exists (
            select from library where id = new.library and owner = session_user
        ) then
            raise insufficient_privilege using message = 'only the owner deletes for everyone';
        end if;
        update article set
            gone = new.deleted,
            update_stamp = coalesce((new.edits -> 'updated' ->> 0)::bigint, -1)
        where library = new.library and id = new.article;
        return null;
    end
    $$;
create trigger share after insert or update on newstui.state
    for each row when (new.account = '') execute function newstui.share_state();

-- Adds numbers to the counters, in the order of their keys, so that transactions do not deadlock.
create type newstui.counted as (
    library int, account name, category text, feed_key text, total int,
    read int, starred int, starred_unread int, begun int, read_count int, read_words bigint
);

create function newstui.add_counts(changes newstui.counted[]) returns void
    language sql security definer set search_path = newstui, pg_temp
    as $$
        insert into counter as kept
        select library, account, category, feed_key, sum(total), sum(read), sum(starred),
            sum(starred_unread), sum(begun), sum(read_count), sum(read_words)
        from unnest(changes) group by 1, 2, 3, 4
        having (sum(total), sum(read), sum(starred), sum(starred_unread), sum(begun),
            sum(read_count), sum(read_words)) is distinct from (0, 0, 0, 0, 0, 0, 0::numeric)
        order by 1, 2, 3, 4
        on conflict (library, account, category, feed_key) do update set
            total = kept.total + excluded.total,
            read = kept.read + excluded.read,
            starred = kept.starred + excluded.starred,
            starred_unread = kept.starred_unread + excluded.starred_unread,
            begun = kept.begun + excluded.begun,
            read_count = kept.read_count + excluded.read_count,
            read_words = kept.read_words + excluded.read_words
    $$;

-- Returns what an article and the state that an account has of it add to the counters of the account.
create function newstui.counts_of(
    library int, category text, feed_key text, gone boolean, words int,
    account name, read boolean, starred boolean, begun boolean, deleted boolean, reads int,
    edited_category text, sign int
) returns setof newstui.counted
    language sql immutable
    as $$
        select library, account, category, feed_key, -sign, 0, 0, 0, 0, 0, 0::bigint
        where not gone and (deleted or coalesce(edited_category, category) <> category)
        union all
        select library, account, coalesce(edited_category, category), feed_key,
            case when coalesce(edited_category, category) <> category then sign else 0 end,
            sign * read::int, sign * starred::int, sign * (starred and not read)::int,
            sign * (begun and not read)::int, sign * reads, sign * reads::bigint * words
        where not gone and not deleted
    $$;

create function newstui.count_articles() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        if tg_op = 'INSERT' then
            perform add_counts(array_agg(c::counted)) from (
                select library, ''::name, category, feed_key, count(*)::int, 0, 0, 0, 0, 0, 0::bigint
                from new_rows where not gone group by library, category, feed_key
                union all
                select c.* from new_rows a join state s on s.library = a.library and s.article = a.id
                    and s.account <> '', counts_of(a.library, a.category, a.feed_key, a.gone, a.words,
                    s.account, s.read, s.starred, s.position > 0, s.deleted,
                    s.count + s.imported_count, s.category, 1) c
            ) c;
        elsif tg_op = 'DELETE' then
            perform add_counts(array_agg(c::counted)) from (
                select library, ''::name, category, feed_key, -count(*)::int, 0, 0, 0, 0, 0, 0::bigint
                from old_rows where not gone group by library, category, feed_key
                union all
                select c.* from old_rows a join state s on s.library = a.library and s.article = a.id
                    and s.account <> '', counts_of(a.library, a.category, a.feed_key, a.gone, a.words,
                    s.account, s.read, s.starred, s.position > 0, s.deleted,
                    s.count + s.imported_count, s.category, -1) c
            ) c;
        else
            perform add_counts(array_agg(c::counted)) from (
                with changed as (
                    select id from (
                        select id, library, category, feed_key, gone, words from old_rows
                        except select id, library, category, feed_key, gone, words from new_rows
                    ) different
                ), versions as (
                    select id, library, category, feed_key, gone, words, -1 as sign from old_rows
                    union all
                    select id, library, category, feed_key, gone, words, 1 from new_rows
                ), sides as (select versions.* from versions join changed using (id))
                select library, ''::name, category, feed_key, sum(sign)::int,
                    0, 0, 0, 0, 0, 0::bigint
                from sides where not gone group by library, category, feed_key
                union all
                select c.* from sides a join state s on s.library = a.library and s.article = a.id
                    and s.account <> '', counts_of(a.library, a.category, a.feed_key, a.gone, a.words,
                    s.account, s.read, s.starred, s.position > 0, s.deleted,
                    s.count + s.imported_count, s.category, sign) c
            ) c;
        end if;
        return null;
    end
    $$;
create trigger count_new after insert on newstui.article
    referencing new table as new_rows for each statement execute function newstui.count_articles();
create trigger count_old after delete on newstui.article
    referencing old table as old_rows for each statement execute function newstui.count_articles();
create trigger count_changed after update on newstui.article
    referencing old table as old_rows new table as new_rows
    for each statement execute function newstui.count_articles();

create function newstui.count_states() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        if tg_op <> 'INSERT' then
            perform add_counts(array_agg(c)) from old_rows s
                join article a on a.library = s.library and a.id = s.article,
                counts_of(a.library, a.category, a.feed_key, a.gone, a.words,
                    s.account, s.read, s.starred, s.position > 0, s.deleted,
                    s.count + s.imported_count, s.category, -1) c
                where s.account <> '';
        end if;
        if tg_op <> 'DELETE' then
            perform add_counts(array_agg(c)) from new_rows s
                join article a on a.library = s.library and a.id = s.article,
                counts_of(a.library, a.category, a.feed_key, a.gone, a.words,
                    s.account, s.read, s.starred, s.position > 0, s.deleted,
                    s.count + s.imported_count, s.category, 1) c
                where s.account <> '';
        end if;
        return null;
    end
    $$;
create trigger count_new after insert on newstui.state
    referencing new table as new_rows for each statement execute function newstui.count_states();
create trigger count_old after delete on newstui.state
    referencing old table as old_rows for each statement execute function newstui.count_states();
create trigger count_changed after update on newstui.state
    referencing old table as old_rows new table as new_rows
    for each statement execute function newstui.count_states();

-- Keeps the readings by time, without those that came with an import or were undone.
create function newstui.count_readings() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    declare
        done event := new;
        sign int := 1;
    begin
        if new.kind = 'undone' then
            sign := -1;
            select * into done from event e
                where e.library = new.library and e.account = new.account
                    and e.ord = (new.data ->> 'of')::bigint >> 10
                    and e.checksum = new.checksum and e.kind = 'read';
            if not found or (
                select count(*) from event u
                where u.library = new.library and u.account = new.account and u.kind = 'undone'
                    and u.checksum = new.checksum and u.data -> 'of' = new.data -> 'of'
            ) > 1 then
                return null;
            end if;
        elsif exists (
            select from event u
            where u.library = new.library and u.account = new.account and u.kind = 'undone'
                and u.checksum = new.checksum and (u.data ->> 'of')::bigint >> 10 = new.ord
        ) then
            return null;
        end if;
        if done.data ? 'imported' then
            return null;
        end if;
        insert into reading as kept
        select done.library, done.account, done.at / 900000000,
            sign * cardinality(done.articles), sign * coalesce(sum(a.words), 0)
        from article a where a.library = done.library and a.id = any(done.articles)
        on conflict (library, account, quarter) do update set
            articles = kept.articles + excluded.articles, words = kept.words + excluded.words;
        return null;
    end
    $$;
create trigger count_readings after insert on newstui.event
    for each row when (
        new.kind in ('read', 'undone') and coalesce(current_setting('newstui.moving', true), '') = ''
    ) execute function newstui.count_readings();
create index event_undone on newstui.event (library, account, checksum) where kind = 'undone';

-- Remembers which articles are to be indexed, for everyone and for those who have documents of their own.
create type newstui.place as (library int, id text);
create index state_own on newstui.state (library, article)
    where account <> '' and (edits <> '{}' or tags <> '{}');

create function newstui.queue(changed newstui.place[]) returns void
    language sql security definer set search_path = newstui, pg_temp
    as $$
        insert into unindexed (library, id, account)
        select c.library, c.id, '' from unnest(changed) c
        union
        select d.library, d.id, d.account from unnest(changed) c
            join document d on d.account <> '' and d.library = c.library and d.id = c.id
        union
        select s.library, s.article, s.account from unnest(changed) c
            join state s on s.library = c.library and s.article = c.id
                and s.account <> '' and (s.edits <> '{}' or s.tags <> '{}')
        order by 1, 2, 3
        on conflict (library, id, account) do update set claimed_at = null
    $$;

create function newstui.queue_texts() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        perform queue(array_agg((library, id)::place)) from new_rows;
        return null;
    end
    $$;
create trigger queue_new after insert on newstui.body
    referencing new table as new_rows for each statement execute function newstui.queue_texts();
create trigger queue_changed after update on newstui.body
    referencing new table as new_rows for each statement execute function newstui.queue_texts();

create function newstui.queue_articles() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    declare
        moved place[];
    begin
        select array_agg((n.library, n.id)::place) into moved from new_rows n
            where not exists (select from old_rows o where o.library = n.library and o.id = n.id);
        if moved is not null then
            delete from document d using unnest(moved) m where d.library = m.library and d.id = m.id;
            perform queue(moved);
        end if;
        perform queue(array_agg((n.library, n.id)::place))
            from new_rows n join old_rows o on o.library = n.library and o.id = n.id
            where (o.title, o.facts, o.at, o.category)
                is distinct from (n.title, n.facts, n.at, n.category);
        return null;
    end
    $$;
create trigger queue_changed after update on newstui.article
    referencing old table as old_rows new table as new_rows
    for each statement execute function newstui.queue_articles();

-- Edits and tags that count for everyone change the documents of everyone.
create function newstui.queue_edits() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    declare
        changed state := case when tg_op = 'DELETE' then old else new end;
    begin
        if changed.account = '' then
            perform queue(array_agg((library, id)::place)) from article
                where library = changed.library and id = changed.article;
        else
            insert into unindexed (library, id, account)
            select library, id, changed.account from article
                where library = changed.library and id = changed.article
            on conflict (library, id, account) do update set claimed_at = null;
        end if;
        return null;
    end
    $$;
create trigger queue_new after insert on newstui.state
    for each row when (new.edits <> '{}' or new.tags <> '{}') execute function newstui.queue_edits();
create trigger queue_changed after update on newstui.state
    for each row when (old.edits <> new.edits or old.tags <> new.tags)
    execute function newstui.queue_edits();
create trigger queue_old after delete on newstui.state
    for each row when (old.edits <> '{}' or old.tags <> '{}') execute function newstui.queue_edits();

-- Keeps the size of the full-text index.
create function newstui.count_documents() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        if tg_op <> 'INSERT' then
            update indexed kept set
                documents = kept.documents - o.documents,
                title_words = kept.title_words - o.title_words,
                text_words = kept.text_words - o.text_words
            from (
                select library, count(*) as documents, sum(title_words) as title_words,
                    sum(text_words) as text_words
                from old_rows where part = 0 and account = '' group by library order by library
            ) o where kept.library = o.library;
        end if;
        if tg_op <> 'DELETE' then
            insert into indexed as kept
            select library, count(*), sum(title_words), sum(text_words)
            from new_rows where part = 0 and account = '' group by library order by library
            on conflict (library) do update set
                documents = kept.documents + excluded.documents,
                title_words = kept.title_words + excluded.title_words,
                text_words = kept.text_words + excluded.text_words;
        end if;
        return null;
    end
    $$;
create trigger count_new after insert on newstui.document
    referencing new table as new_rows for each statement execute function newstui.count_documents();
create trigger count_old after delete on newstui.document
    referencing old table as old_rows for each statement execute function newstui.count_documents();
create trigger count_changed after update on newstui.document
    referencing old table as old_rows new table as new_rows
    for each statement execute function newstui.count_documents();

-- Searching -------------------------------------------------------------------------------------

-- `@@` may tell of rows that are not to be seen, so under row-level security no index would serve it.
-- These functions see to it themselves: what they look at are documents of libraries of the account.

-- The documents of articles, each as the account sees it, with all of their words.
create view newstui.seen_document as
    select d.library, d.id, d.account, d.parts, d.at, d.words from newstui.document d
    where d.part = 0 and d.library = any((select newstui.mine())::int[])
        and (
            d.account = session_user
            or d.account = '' and (d.library, d.id) not in (
                select o.library, o.id from newstui.document o
                where o.account = session_user and o.account <> ''
            )
        )
        and (d.library, d.id) not in (
            select s.library, s.article from newstui.state s
            where s.library = any((select newstui.mine())::int[])
                and s.account = session_user and s.deleted
        )
        and (d.library, d.id) not in (
            select a.library, a.id from newstui.article a
            where a.library = any((select newstui.mine())::int[]) and a.gone
        );

create function newstui.count_matching(words tsvector, required tsquery[]) returns bigint
    language sql immutable
    as $$ select count(*) from unnest(required) p where words @@ p $$;

-- Returns whether an article matches of which one document has not all places: a phrase of the query may
-- be in any of them.
create function newstui.match_long_text(
    exact tsquery, phrases tsquery[], first tsvector, library int, id text, account name
) returns boolean
    language plpgsql stable set search_path = newstui, pg_temp
    as $$
    declare
        phrase tsquery;
    begin
        foreach phrase in array phrases loop
            if exists (
                select from document d
                where d.library = match_long_text.library and d.id = match_long_text.id
                    and d.account = match_long_text.account and d.words @@ phrase
            ) then
                exact := ts_rewrite(exact, phrase, $query$!' nothing'$query$);
            end if;
        end loop;
        return first @@ exact;
    end
    $$;

-- Returns all articles that match: what the index finds (`wide`), if it matches exactly, and so many parts.
create function newstui.match_documents(
    wide tsquery, exact tsquery, phrases tsquery[], required tsquery[], minimum int
) returns table (library int, id text)
    language sql stable security definer set search_path = newstui, pg_temp
    set enable_seqscan = off set jit = off set work_mem = '64MB'
    as $$
        select d.library, d.id from seen_document d
        where d.words @@ wide
            and case
                when exact is null then true
                when d.parts = 1 then d.words @@ exact
                else match_long_text(exact, phrases, d.words, d.library, d.id, d.account)
            end and (minimum = 0 or minimum <= count_matching(d.words, required))
    $$;

create type newstui.found as (
    libraries int[], ids text[],                     -- what matches, the newest first
    seen int, last_at bigint, last_id text,          -- the documents that were looked at, and the last
    total bigint                                     -- how many the index finds
);

-- Returns what matches among the documents that the index finds after a place in the order of time: the
-- newest of these are looked at.
create function newstui.find_documents(
    wide tsquery, exact tsquery, phrases tsquery[], required tsquery[], minimum int,
    before_at bigint, before_id text, most int
) returns newstui.found
    language sql stable security definer set search_path = newstui, pg_temp
    set enable_seqscan = off set jit = off set work_mem = '64MB'
    as $$
        with candidates as materialized (
            select d.* from seen_document d
            where d.words @@ wide and (d.at, d.id) < (before_at, before_id)
        ), checked as materialized (
            select n.library, n.id, n.at, case
                when exact is null then true
                when n.parts = 1 then n.words @@ exact
                else match_long_text(exact, phrases, n.words, n.library, n.id, n.account)
            end and (minimum = 0 or minimum <= count_matching(n.words, required)) as is_match
            from (select * from candidates order by at desc, id desc limit most) n
        )
        select array_agg(library order by at desc, id desc) filter (where is_match),
            array_agg(id order by at desc, id desc) filter (where is_match),
            count(*)::int, min(at), (array_agg(id order by at, id))[1],
            (select count(*) from candidates)
        from checked
    $$;

-- Does the same without the index, which is faster for what many documents have: `total` is unknown.
create function newstui.scan_documents(
    exact tsquery, phrases tsquery[], required tsquery[], minimum int,
    before_at bigint, before_id text, most int
) returns newstui.found
    language sql stable security definer set search_path = newstui, pg_temp
    set enable_seqscan = off set enable_bitmapscan = off set jit = off set work_mem = '64MB'
    as $$
        with candidates as (
            select d.* from unnest(mine()) l cross join lateral (
                select library, id, account, document.parts, at, words from document
                where part = 0 and library = l and (at, id) < (before_at, before_id)
                order by at desc, id desc limit most
            ) d order by d.at desc, d.id desc limit most
        ), checked as materialized (
            select d.library, d.id, d.at, case
                when d.parts = 1 then d.words @@ exact
                else match_long_text(exact, phrases, d.words, d.library, d.id, d.account)
            end and (minimum = 0 or minimum <= count_matching(d.words, required))
                and (d.account = session_user or d.account = '' and not exists (
                    select from document o where o.library = d.library and o.id = d.id
                        and o.account = session_user and o.account <> ''
                ))
                and not exists (
                    select from state s where s.library = d.library and s.account = session_user
                        and s.article = d.id and s.deleted
                )
                and not exists (
                    select from article a where a.library = d.library and a.id = d.id and a.gone
                ) as is_match
            from candidates d
        )
        select array_agg(library order by at desc, id desc) filter (where is_match),
            array_agg(id order by at desc, id desc) filter (where is_match),
            count(*)::int, min(at), (array_agg(id order by at, id))[1], null::bigint
        from checked
    $$;

-- Returns the documents that the index finds which are nearest to a time.
create function newstui.nearest_documents(
    wide tsquery, around bigint, most int
) returns table (library int, id text)
    language sql stable security definer set search_path = newstui, pg_temp
    set enable_seqscan = off set jit = off set work_mem = '64MB'
    as $$
        select d.library, d.id from seen_document d where d.words @@ wide
        order by abs(d.at - around), d.id limit most
    $$;

-- Tells those who listen that a library has something new, and up to which number.
create function newstui.tell() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        perform pg_notify('newstui', library || ':' || max(got)) from new_rows group by library;
        return null;
    end
    $$;
create trigger tell_new after insert on newstui.article
    referencing new table as new_rows for each statement execute function newstui.tell();
create trigger tell_changed after update on newstui.article
    referencing new table as new_rows for each statement execute function newstui.tell();
create trigger tell_new after insert on newstui.event
    referencing new table as new_rows for each statement execute function newstui.tell();

-- Sharing ---------------------------------------------------------------------------------------

-- CRC-32, with which an event is told from others of the same machine and order.
create function newstui.crc32(data bytea) returns bigint
    language plpgsql immutable strict set search_path = newstui, pg_temp
    as $$
    declare
        crc bigint := 4294967295;
    begin
        for place in 0 .. length(data) - 1 loop
            crc := crc # get_byte(data, place);
            for bit in 1 .. 8 loop
                crc := (crc >> 1) # (3988292384 * (crc & 1));
            end loop;
        end loop;
        return crc # 4294967295;
    end
    $$;

create function newstui.checksum(articles text[]) returns bigint
    language sql immutable strict set search_path = newstui, pg_temp
    as $$ select crc32(convert_to(array_to_string(articles, E'\n'), 'UTF8')) $$;

-- Moves articles to another library, with all that there is about them, or with what is of one account
-- alone. An event that is of others, too, is parted: what is moved is an event of the same machine and order.
create function newstui.move_articles(source int, target int, moved text[], whose name default null)
    returns void
    language plpgsql set search_path = newstui, pg_temp
    as $$
    begin
        perform number(least(source, target), 2), number(greatest(source, target), 2);
        update state s set library = target
            where library = source and article = any(moved) and (whose is null or account = whose)
                and not exists (
                    select from state kept where kept.library = target
                        and kept.account = s.account and kept.article = s.article
                );
        if whose is not null then
            -- What it deleted in its own library, it deletes in that of another one for itself alone.
            insert into state as kept (library, account, article, deleted, deleted_stamp)
                select target, whose, article, deleted, deleted_stamp from state
                where library = source and account = '' and article = any(moved)
                    and deleted_stamp >= 0
                on conflict (library, account, article) do update set
                    deleted = case when excluded.deleted_stamp > kept.deleted_stamp
                        then excluded.deleted else kept.deleted end,
                    deleted_stamp = greatest(excluded.deleted_stamp, kept.deleted_stamp);
            delete from state where library = source and account = '' and article = any(moved);
        end if;
        update article set library = target where library = source and id = any(moved);
        perform set_config('newstui.moving', 'on', true);
        with parted as (
            delete from event where library = source and articles && moved
                and (whose is null or account = whose and (not shared or kind <> 'edited'))
            returning *
        ), parts as (
            select parted.*, kept, gone from parted, lateral (
                select array_agg(a order by place) filter (where a <> all(moved)) as kept,
                    array_agg(a order by place) filter (where a = any(moved)) as gone
                from unnest(articles) with ordinality as each(a, place)
            ) sides
        )
        insert into event (library, account, machine, ord, checksum, at, kind, articles, data, shared, got)
            select source, account, machine, ord, checksum(kept), at, kind, kept, data, shared, 0
            from parts where kept is not null
            union all
            select target, account, machine, ord, checksum(gone), at, kind, gone, data,
                shared and whose is null, 0
            from parts
            on conflict do nothing;
        perform set_config('newstui.moving', '', true);
    end
    $$;
revoke execute on function newstui.move_articles(int, int, text[], name) from public;

-- What happened to an article before it came, to one of its library's members, is in that member's own
-- library until then.
create function newstui.claim_states() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    declare
        own record;
        moved text[];
    begin
        for own in
            select l.id as source, t.id as target, m.account, t.owner = m.account as is_owner
            from (select distinct library from new_rows) n
                join library t on t.id = n.library and t.folder <> ''
                join member m on m.library = t.id
                join library l on l.owner = m.account and l.folder = ''
            order by l.id
        loop
            select array_agg(distinct n.id) into moved from new_rows n
                join state s on s.library = own.source and s.account in (own.account, '')
                    and s.article = n.id
                where n.library = own.target and not exists (
                    select from article a where a.library = own.source and a.id = n.id
                );
            if moved is not null then
                perform move_articles(own.source, own.target, moved,
                    case when own.is_owner then null else own.account end);
            end if;
        end loop;
        return null;
    end
    $$;
-- After the trigger that counts new articles: what is moved counts itself.
create trigger own_states after insert on newstui.article
    referencing new table as new_rows for each statement execute function newstui.claim_states();

-- Adds the words of new articles to readings that were recorded before they came.
create function newstui.count_earlier_readings() returns trigger
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        insert into reading as kept
        select e.library, e.account, e.at / 900000000, 0, sum(n.words)
        from new_rows n join event e on e.library = n.library and e.articles @> array[n.id]
        where e.kind = 'read' and not e.data ? 'imported' and not exists (
            select from event u
            where u.library = e.library and u.account = e.account and u.kind = 'undone'
                and u.checksum = e.checksum and (u.data ->> 'of')::bigint >> 10 = e.ord
        )
        group by 1, 2, 3
        on conflict (library, account, quarter) do update set words = kept.words + excluded.words;
        return null;
    end
    $$;
-- After `own_states`, which brings some of these readings.
create trigger read_before after insert on newstui.article
    referencing new table as new_rows for each statement execute function newstui.count_earlier_readings();

-- Shares a folder of the account's own library with another account; returns how many articles were
-- moved to it. Its articles are those of the categories, and of the feeds in them.
create function newstui.share(name text, categories text[], other text, may_change boolean) returns bigint
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    declare
        own int := open_own();
        shared int;
        others int;
        moved text[];
        claimed text[];
    begin
        if not exists (select from pg_roles where rolname = other) then
            raise undefined_object using message = format('there is no account %s', other);
        elsif other = session_user then
            raise invalid_parameter_value using message = 'the folder is yours already';
        elsif name = '' then
            raise invalid_parameter_value using message = 'a folder has a name';
        end if;
        insert into library (owner, folder) values (session_user, name) on conflict do nothing;
        select id into strict shared from library where owner = session_user and folder = name;
        insert into member (library, account) values (shared, session_user) on conflict do nothing;
        insert into member (library, account, may_write) values (shared, other, may_change)
            on conflict (library, account) do update set may_write = excluded.may_write;
        insert into feed (library, key, subscription, state, name, category, got)
            select shared, key, subscription, state, feed.name, category, got from feed
            where library = own and category = any(categories) on conflict do nothing;
        select array_agg(id) into moved
            from article where library = own and category = any(categories);
        if moved is not null then
            perform move_articles(own, shared, moved);
        end if;
        delete from feed where library = own and category = any(categories);
        -- What the other account did to these articles before it saw them follows, too.
        select array_agg(distinct a.id), l.id into claimed, others from library l
            join state s on s.library = l.id and s.account in (other, '')
            join article a on a.library = shared and a.id = s.article
            where l.owner = other and l.folder = ''
                and not exists (select from article b where b.library = l.id and b.id = a.id)
            group by l.id;
        if claimed is not null then
            perform move_articles(others, shared, claimed, other);
        end if;
        perform pg_notify('newstui', 'members');
        return coalesce(cardinality(moved), 0);
    end
    $$;

-- Ends the membership of another account in a folder of this one; returns whether there was one.
create function newstui.unshare(name text, other text) returns boolean
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        delete from member using library
            where id = library and owner = session_user and folder = name and folder <> ''
                and account = other and account <> session_user;
        if found then
            perform pg_notify('newstui', 'members');
            return true;
        end if;
        return false;
    end
    $$;

-- Has the planner count the tables after many articles came: it would look at them a minute later.
create function newstui.update_statistics() returns void
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        analyze article;
        analyze body;
        analyze state;
        analyze event;
        analyze unindexed;
    end
    $$;

-- Sorts what was indexed into the index, which searches would look through otherwise; after many articles,
-- has the planner count the tables of the index.
create function newstui.finish_index(many boolean) returns void
    language plpgsql security definer set search_path = newstui, pg_temp
    as $$
    begin
        perform gin_clean_pending_list('document_words'), gin_clean_pending_list('document_more_words');
        if many then
            analyze document;
            analyze term;
        end if;
    end
    $$;

-- Rights: whoever may connect to the database may have a library in it; rows are restricted above.
grant usage on schema newstui to public;
grant select on newstui.migration, newstui.library, newstui.member, newstui.counter, newstui.reading,
    newstui.indexed to public;
grant select, insert, update, delete on newstui.article, newstui.body, newstui.document,
    newstui.unindexed, newstui.term, newstui.feed, newstui.state, newstui.search to public;
grant select, insert on newstui.event to public;
revoke execute on function newstui.number(int, int), newstui.add_counts(newstui.counted[]),
    newstui.queue(newstui.place[]) from public;
