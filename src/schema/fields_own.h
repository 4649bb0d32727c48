/* Columns of Vitrine's own tables: stores, keys, webhooks, cursors, jobs, models. Part of schema/tables.h: include that. */
#pragma once

#define STORE_FIELDS(X, T)                                                                                              \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  name, 0)                        /* short, unique: what a person types after --store */                  \
    X(T, TEXT,  platform, 0)                    /* woocommerce, demo, import */                                         \
    X(T, TEXT,  url, 0)                                                                                                 \
    X(T, TEXT,  title, 0)                       /* the shop's own name */                                               \
    X(T, TEXT,  currency, 0)                    /* ISO 4217 */                                                          \
    X(T, JSON,  price_style, 0)                 /* how the shop writes prices (schema/price_style.h); empty: by its language */ \
    X(T, TEXT,  locale, 0)                      /* ro, en */                                                            \
    X(T, TEXT,  time_zone, 0)                   /* IANA name or +02:00 */                                               \
    X(T, BOOL,  prices_include_tax, 0)                                                                                  \
    X(T, TEXT,  tax_display, 0)                 /* incl, excl: how the shop shows prices */                             \
    X(T, TEXT,  platform_version, 0)                                                                                    \
    X(T, JSON,  settings, 0)                    /* our settings of this store: bundle_discount, upsell_discount, ... */ \
    X(T, BLOB,  credentials, HIDDEN)            /* sealed: key and secret of the shop */                                \
    X(T, BLOB,  webhook_secret, HIDDEN)         /* sealed */                                                            \
    X(T, BLOB,  plugin_secret, HIDDEN)          /* sealed: what the shop's plugin signs with, and we sign its offers with */ \
    X(T, BLOB,  smtp_password, HIDDEN)          /* sealed: of this store's own mail server */                           \
    X(T, BOOL,  can_write, 0)                   /* the shop's key may register webhooks */                              \
    X(T, INT,   sync_interval_min, 0)           /* minutes between syncs; 0 = never by itself */                        \
    X(T, TEXT,  state, 0)                       /* new, copying, ready, error */                                        \
    X(T, TEXT,  state_note, 0)                  /* sentence for the owner */                                            \
    X(T, TIME,  synced_ms, 0)                   /* end of the last good sync */                                         \
    X(T, TIME,  swept_ms, 0)                    /* end of the last id sweep */                                          \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  updated_ms, 0)

#define API_KEY_FIELDS(X, T)                                                                                            \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  key_hash, KEY | HIDDEN)         /* hex of BLAKE2b-256 of the key */                                     \
    X(T, TEXT,  kind, 0)                        /* secret, public */                                                    \
    X(T, TEXT,  hint, 0)                        /* last four letters */                                                 \
    X(T, JSON,  origins, 0)                     /* public keys: ["https://shop.example"] */                             \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  revoked_ms, 0)

#define CONNECT_CODE_FIELDS(X, T)               /* by which a plugin connects its shop, once */                         \
    X(T, INT,   store_id, KEY)                  /* 0: there is no store yet */                                          \
    X(T, TEXT,  code_hash, KEY | HIDDEN)        /* hex of HMAC-SHA-256 of the code, by the installation's key */        \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  end_ms, 0)                      /* good until then */                                                   \
    X(T, TIME,  used_ms, 0)

#define WEBHOOK_FIELDS(X, T)                                                                                            \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  topic, KEY)                     /* order.created */                                                     \
    X(T, TEXT,  external_id, 0)                                                                                         \
    X(T, TEXT,  status, 0)                      /* active, paused, disabled */                                          \
    X(T, TEXT,  delivery_url, 0)                                                                                        \
    X(T, TIME,  checked_ms, 0)                                                                                          \
    X(T, TIME,  received_ms, 0)                 /* last delivery accepted */                                            \
    X(T, INT,   received, 0)

#define SYNC_CURSOR_FIELDS(X, T)                /* where a copy stands, so that a killed one goes on */                 \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  resource, KEY)                  /* products, orders, ... */                                             \
    X(T, TEXT,  position, 0)                    /* the connector's own: last id or page of a run in progress */         \
    X(T, TIME,  watermark_ms, 0)                /* changes up to here have been copied */                               \
    X(T, TIME,  run_started_ms, 0)              /* of the run in progress; 0 = none */                                  \
    X(T, BOOL,  complete, 0)                    /* a full copy has ended at least once */                               \
    X(T, INT,   done, 0)                                                                                                \
    X(T, INT,   total, 0)

#define OFFER_USE_FIELDS(X, T)                  /* offers of ours that an order of the demonstration shop has used */       \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  offer_id, KEY)                                                                                          \
    X(T, TEXT,  order_id, 0)                                                                                            \
    X(T, TIME,  used_ms, 0)

#define JOB_FIELDS(X, T)                                                                                                \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, INT,   job_id, KEY)                                                                                            \
    X(T, TEXT,  kind, 0)                        /* sync, train, import */                                               \
    X(T, TEXT,  state, INDEXED)                 /* queued, running, done, failed, cancelled */                          \
    X(T, JSON,  input, 0)                                                                                               \
    X(T, JSON,  result, 0)                                                                                              \
    X(T, TEXT,  step, 0)                        /* what it is doing now */                                              \
    X(T, INT,   done, 0)                                                                                                \
    X(T, INT,   total, 0)                                                                                               \
    X(T, TEXT,  error, 0)                                                                                               \
    X(T, TEXT,  log, 0)                         /* lines of all its runs, the newest LIMIT_JOB_LOG bytes */             \
    X(T, BOOL,  cancel_asked, 0)                                                                                        \
    X(T, TEXT,  owner, HIDDEN)                  /* process that runs it */                                              \
    X(T, INT,   attempts, 0)                    /* how often it was begun */                                            \
    X(T, INT,   crashes, HIDDEN)                /* how often its process died since it last ended in order */           \
    X(T, TIME,  due_ms, 0)                                                                                              \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  started_ms, 0)                                                                                          \
    X(T, TIME,  heartbeat_ms, 0)                                                                                        \
    X(T, TIME,  ended_ms, 0)

#define MODEL_FIELDS(X, T)                                                                                              \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  kind, KEY)                      /* snapshot */                                                          \
    X(T, INT,   version, KEY)                                                                                           \
    X(T, TEXT,  state, 0)                       /* serving, kept, failed */                                             \
    X(T, TEXT,  artifact, 0)                    /* file name below the data folder */                                   \
    X(T, INT,   bytes, 0)                                                                                               \
    X(T, TEXT,  checksum, 0)                                                                                            \
    X(T, JSON,  metrics, 0)                                                                                             \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  failed_ms, 0)                   /* when it was taken back */

#define LETTER_FIELDS(X, T)                     /* a letter to an owner, written once, sent until it arrives */         \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  letter, KEY)                    /* what it is about: "experiment-7"; no second one is written */        \
    X(T, TEXT,  recipient, KEY)                                                                                         \
    X(T, TEXT,  state, 0)                       /* waiting, sent, failed */                                             \
    X(T, TEXT,  subject, 0)                                                                                             \
    X(T, TEXT,  text, 0)                                                                                                \
    X(T, TEXT,  html, 0)                                                                                                \
    X(T, INT,   attempts, 0)                                                                                            \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  due_ms, 0)                      /* not tried before */                                                  \
    X(T, TIME,  sent_ms, 0)                                                                                             \
    X(T, TEXT,  error, 0)                       /* of the last try */

#define WIDGET_VERSION_FIELDS(X, T)             /* how the widgets of a store look (builder/): a draft, and what was published */ \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, INT,   version, KEY)                   /* 0: the draft; the highest is on the pages; never changed once written */ \
    X(T, INT,   revision, 0)                    /* of the draft: how often it was written */                            \
    X(T, INT,   came_from, 0)                   /* the version that was rolled back to; 0: a draft was published */     \
    X(T, TEXT,  note, 0)                        /* what changed, in the owner's words */                                \
    X(T, TIME,  made_ms, 0)                                                                                             \
    X(T, JSON,  design, 0)                      /* what the owner says; all else is as builder/slots.c has it */
