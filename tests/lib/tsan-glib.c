/* gst-rtc: tells ThreadSanitizer what GLib and GStreamer order between threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Debian's GLib is not built with ThreadSanitizer, which therefore sees none of its locks, queues and
 * reference counts, and would call everything they protect a race. Preloaded into the programs of the tsan suite.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gst/gst.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

/* The next definition of the function whose wrapper this is in */
#define REAL(result, ...) \
  static result (*real) (__VA_ARGS__); \
  if (!real) \
    real = (result (*) (__VA_ARGS__)) dlsym (RTLD_NEXT, __func__);

#define LOCK(name, type) \
  void name (type * lock) { REAL (void, type *) real (lock); __tsan_acquire (lock); }
#define TRYLOCK(name, type) \
  gboolean name (type * lock) { REAL (gboolean, type *) gboolean got = real (lock); if (got) __tsan_acquire (lock); return got; }
#define UNLOCK(name, type) \
  void name (type * lock) { REAL (void, type *) __tsan_release (lock); real (lock); }
#define UNREF(name, type) \
  void name (type * object) { REAL (void, type *) __tsan_release (object); __tsan_acquire (object); real (object); }
#define PUSH(name, type, arg) \
  void name (type * queue, arg data) { REAL (void, type *, arg) __tsan_release (queue); real (queue, data); }
#define POP(name, type) \
  gpointer name (type * queue) { REAL (gpointer, type *) gpointer data = real (queue); __tsan_acquire (queue); return data; }

LOCK (g_mutex_lock, GMutex)
TRYLOCK (g_mutex_trylock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
TRYLOCK (g_rec_mutex_trylock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)
LOCK (g_rw_lock_writer_lock, GRWLock)
UNLOCK (g_rw_lock_writer_unlock, GRWLock)
LOCK (g_rw_lock_reader_lock, GRWLock)
UNLOCK (g_rw_lock_reader_unlock, GRWLock)
UNREF (g_bytes_unref, GBytes)
UNREF (g_main_context_unref, GMainContext)
UNREF (g_source_unref, GSource)
UNREF (gst_mini_object_unref, GstMiniObject)
PUSH (g_async_queue_push, GAsyncQueue, gpointer)
POP (g_async_queue_pop, GAsyncQueue)
POP (g_async_queue_try_pop, GAsyncQueue)

void
(g_object_unref) (gpointer object)
{
  static void (*real) (gpointer);

  if (!real)
    real = (void (*) (gpointer)) dlsym (RTLD_NEXT, "g_object_unref");
  __tsan_release (object);
  __tsan_acquire (object);
  real (object);
}

void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  REAL (void, GCond *, GMutex *)
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond * cond, GMutex * mutex, gint64 end_time)
{
  REAL (gboolean, GCond *, GMutex *, gint64)
  gboolean signalled;

  __tsan_release (mutex);
  signalled = real (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return signalled;
}

/* Main contexts: what is attached by one thread is dispatched by another. */
guint
g_source_attach (GSource * source, GMainContext * context)
{
  REAL (guint, GSource *, GMainContext *)
  __tsan_release (context ? context : g_main_context_default ());
  return real (source, context);
}

typedef struct
{
  GSourceFunc function;
  gpointer data;
  GDestroyNotify notify;
} Callback;

static gboolean
run_callback (gpointer data)
{
  Callback *callback = data;

  __tsan_acquire (callback);
  return callback->function (callback->data);
}

static void
free_callback (gpointer data)
{
  Callback *callback = data;

  __tsan_acquire (callback);
  if (callback->notify)
    callback->notify (callback->data);
  g_free (callback);
}

static Callback *
new_callback (GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  Callback *callback = g_new (Callback, 1);

  *callback = (Callback) { function, data, notify };
  __tsan_release (callback);
  return callback;
}

void
g_main_context_invoke_full (GMainContext * context, gint priority, GSourceFunc function, gpointer data,
    GDestroyNotify notify)
{
  REAL (void, GMainContext *, gint, GSourceFunc, gpointer, GDestroyNotify)
  real (context, priority, run_callback, new_callback (function, data, notify), free_callback);
}

/* Other sources have callbacks of other types. */
void
g_source_set_callback (GSource * source, GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  REAL (void, GSource *, GSourceFunc, gpointer, GDestroyNotify)

  if (function && (source->source_funcs == &g_idle_funcs || source->source_funcs == &g_timeout_funcs))
    real (source, run_callback, new_callback (function, data, notify), free_callback);
  else
    real (source, function, data, notify);
}

void
g_main_context_wakeup (GMainContext * context)
{
  REAL (void, GMainContext *)
  __tsan_release (context ? context : g_main_context_default ());
  real (context);
}

/* The sources that the threads run begin with this. */
gboolean
g_main_context_iteration (GMainContext * context, gboolean may_block)
{
  REAL (gboolean, GMainContext *, gboolean)
  gboolean dispatched = real (context, may_block);

  __tsan_acquire (context ? context : g_main_context_default ());
  return dispatched;
}

void
g_main_context_dispatch (GMainContext * context)
{
  REAL (void, GMainContext *)
  __tsan_acquire (context);
  real (context);
}
