#include "base/team.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

// How long a thread spins before it sleeps: a member for its next job, longer than what a training does between two
// loops; the caller for the last member to end, longer than most chunks.
#define JOB_SPIN_SECONDS 200e-6
#define END_SPIN_SECONDS 50e-6
#define SPINS_A_CLOCK_READING 64
#define STACK_BYTES ((size_t)4 << 20) // of a member; a loop keeps some 300 KiB on it

// The state of a job in one atomic word, so that a member checks that the job is open and enters it in one step: the
// job's number (JOB_SHIFT), how many threads it wants with the caller (COUNT_SHIFT; 0 ends the team), whether members
// may still enter (OPEN), and how many members are inside (INSIDE).
#define INSIDE UINT64_C(0xFFFF)
#define OPEN (UINT64_C(1) << 16)
#define COUNT_SHIFT 17
#define JOB_SHIFT 32

typedef struct team team;

typedef struct member {
    team *team;
    int number;
    uint32_t job; // the last one before it was made, which it leaves alone
    pthread_t thread;
} member;

struct team {
    _Alignas(64) _Atomic uint64_t word;
    tw_team_function *function; // of the open job
    void *user;
    _Alignas(64) atomic_int sleepers;
    atomic_bool caller_sleeps;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    bool busy;    // this thread works on a job, of its own team or as a member of another's
    bool refused; // the system gave no thread: do not ask again
    int size;     // members; the caller is not one
    member members[TW_TEAM_MAX - 1];
};

#define NO_TEAM                                                                                    \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER,                       \
        .done = PTHREAD_COND_INITIALIZER                                                           \
    }

static _Thread_local team own = NO_TEAM;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t
    key;             // holds &own of threads that have members, so that its destructor ends these
static bool can_end; // whether a team can be ended with its thread, and forgotten by a forked child

static uint32_t job_of(uint64_t word) {
    return (uint32_t)(word >> JOB_SHIFT);
}

static int count_of(uint64_t word) {
    return (int)((word & UINT32_MAX) >> COUNT_SHIFT);
}

static void pause_briefly(void) {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// ---- a member

// Waits for a job other than `seen`; returns its word.
static uint64_t await_job(team *t, uint32_t seen) {
    double start = tw_clock_seconds();
    uint64_t word;
    do {
        for (int i = 0; i < SPINS_A_CLOCK_READING; i++) {
            word = atomic_load_explicit(&t->word, memory_order_acquire);
            if (job_of(word) != seen) return word;
            pause_briefly();
        }
    } while (tw_clock_seconds() - start < JOB_SPIN_SECONDS);
    pthread_mutex_lock(&t->lock);
    // Counted first, then the word read again: publish stores the word first and then reads the count, so that one
    // of the two sees the other.
    atomic_fetch_add(&t->sleepers, 1);
    while (job_of(word = atomic_load(&t->word)) == seen) pthread_cond_wait(&t->work, &t->lock);
    atomic_fetch_sub(&t->sleepers, 1);
    pthread_mutex_unlock(&t->lock);
    return word;
}

// False if the job is closed or another one has taken its place.
static bool enter(team *t, uint32_t job) {
    uint64_t word = atomic_load_explicit(&t->word, memory_order_relaxed);
    while (job_of(word) == job && (word & OPEN) != 0)
        if (atomic_compare_exchange_weak_explicit(&t->word, &word, word + 1, memory_order_acquire,
                                                  memory_order_relaxed))
            return true;
    return false;
}

// The last one out of a closed job wakes the caller if it sleeps.
static void leave(team *t) {
    uint64_t word = atomic_fetch_sub(&t->word, 1) - 1;
    if ((word & (INSIDE | OPEN)) != 0 || !atomic_load(&t->caller_sleeps)) return;
    pthread_mutex_lock(&t->lock);
    pthread_cond_signal(&t->done);
    pthread_mutex_unlock(&t->lock);
}

static void *serve(void *user) {
    const member *self = user;
    team *t = self->team;
    uint32_t seen = self->job;
    own.busy = true;
    for (;;) {
        uint64_t word = await_job(t, seen);
        seen = job_of(word);
        if (count_of(word) == 0) return NULL;
        if (self->number >= count_of(word) || !enter(t, seen)) continue;
        t->function(t->user, self->number);
        leave(t);
    }
}

// ---- the caller

static void publish(team *t, uint64_t count) {
    uint64_t job = job_of(atomic_load_explicit(&t->word, memory_order_relaxed)) + 1;
    atomic_store(&t->word, job << JOB_SHIFT | count << COUNT_SHIFT | (count > 0 ? OPEN : 0));
    if (atomic_load(&t->sleepers) == 0)
        return; // whoever is about to sleep will see the job: see await_job
    pthread_mutex_lock(&t->lock);
    pthread_cond_broadcast(&t->work);
    pthread_mutex_unlock(&t->lock);
}

// Lets no more members in, and waits for those inside.
static void close_job(team *t) {
    uint64_t word = atomic_fetch_and(&t->word, ~OPEN);
    if ((word & INSIDE) == 0) return;
    double start = tw_clock_seconds();
    do {
        for (int i = 0; i < SPINS_A_CLOCK_READING; i++) {
            if ((atomic_load_explicit(&t->word, memory_order_acquire) & INSIDE) == 0) return;
            pause_briefly();
        }
    } while (tw_clock_seconds() - start < END_SPIN_SECONDS);
    pthread_mutex_lock(&t->lock);
    atomic_store(&t->caller_sleeps,
                 true); // first, then the word is read again: leave does it the other way round
    while ((atomic_load(&t->word) & INSIDE) != 0) pthread_cond_wait(&t->done, &t->lock);
    atomic_store(&t->caller_sleeps, false);
    pthread_mutex_unlock(&t->lock);
}

static void end_team(void *user) {
    team *t = user;
    publish(t, 0);
    for (int i = 0; i < t->size; i++) pthread_join(t->members[i].thread, NULL);
    t->size = 0;
}

// In a forked child, which has none of its parent's threads.
static void forget_team(void) {
    own = (team)NO_TEAM;
}

static void prepare(void) {
    can_end =
        pthread_atfork(NULL, NULL, forget_team) == 0 && pthread_key_create(&key, end_team) == 0;
}

// Adds members until there are `size` or the system refuses one. Signals are the host's: members take none.
static void grow(team *t, int size) {
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_once(&once, prepare);
    t->refused = !can_end || pthread_setspecific(key, t) != 0;
    if (t->refused) return;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (t->size < size && !t->refused) {
        member *made = &t->members[t->size];
        *made = (member){.team = t, .number = t->size + 1, .job = job_of(atomic_load(&t->word))};
        t->refused = pthread_create(&made->thread, &attributes, serve, made) != 0;
        if (!t->refused) t->size++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
}

void tw_team_run(int count, tw_team_function *function, void *user) {
    assert(count <= TW_TEAM_MAX);
    team *t = &own;
    if (count <= 1 || t->busy) {
        function(user, 0);
        return;
    }
    if (t->size < count - 1 && !t->refused) grow(t, count - 1);
    t->busy = true;
    t->function = function;
    t->user = user;
    publish(t, (uint64_t)count);
    function(user, 0);
    close_job(t);
    t->busy = false;
}
