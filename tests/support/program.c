// Drives the program by fork and exec; see program.h.
#define _GNU_SOURCE // pipe2

#include "support/program.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS_MAX = 64, PATIENCE_SECONDS = 60 };

// Splits a line in place; blanks between 'quotes' stay.
static int split(char *line, char **words) {
    int count = 1;
    char *to = line;
    for (char *at = line; *at != '\0';) {
        while (*at == ' ') at++;
        if (*at == '\0') break;
        assert_true(count < WORDS_MAX - 1);
        words[count++] = to;
        for (bool quoted = false; *at != '\0' && (quoted || *at != ' '); at++) {
            if (*at == '\'')
                quoted = !quoted;
            else
                *to++ = *at;
        }
        if (*at == ' ') at++;
        *to++ = '\0';
    }
    words[count] = NULL;
    return count;
}

// In the child: everything as the call says, then the program. Never returns.
static void become(const tw_test_call *call, char **words, int out, int err) {
    if (call->out != NULL) out = open(call->out, O_WRONLY | O_CREAT, 0666);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (call->folder != NULL && chdir(call->folder) != 0) _exit(126);
    if (call->in != NULL) dup2(open(call->in, O_RDONLY), STDIN_FILENO);
    if (call->variable != NULL) {
        char *copy = strdup(call->variable), *equals = strchr(copy, '=');
        *equals = '\0';
        setenv(copy, equals + 1, 1);
    }
    if (call->file_bytes > 0) { // stands for a full disk
        struct rlimit limit = {(rlim_t)call->file_bytes, (rlim_t)call->file_bytes};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    execv(words[0], words);
    _exit(127);
}

typedef struct stream {
    int file;
    char *text;
    size_t count;
} stream;

// Reads what is there; false at the end.
static bool take(stream *from) {
    char bytes[4096];
    ssize_t got = read(from->file, bytes, sizeof bytes);
    if (got <= 0) return false;
    from->text = realloc(from->text, from->count + (size_t)got + 1);
    assert_non_null(from->text);
    memcpy(from->text + from->count, bytes, (size_t)got);
    from->count += (size_t)got;
    from->text[from->count] = '\0';
    return true;
}

static void send_when_due(const tw_test_call *call, pid_t child, const stream streams[2],
                          int *sent) {
    if (call->wait == NULL || *sent > 0) return;
    if (strstr(streams[0].text, call->wait) == NULL && strstr(streams[1].text, call->wait) == NULL)
        return;
    for (; *sent < call->signals; (*sent)++) {
        kill(child, call->signal);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); // signals of a kind do not queue
    }
}

static void listen(const tw_test_call *call, pid_t child, stream streams[2]) {
    struct pollfd files[2] = {{streams[0].file, POLLIN, 0}, {streams[1].file, POLLIN, 0}};
    time_t end = time(NULL) + PATIENCE_SECONDS;
    int sent = 0;
    while (files[0].fd >= 0 || files[1].fd >= 0) {
        int ready = poll(files, 2, 1000);
        if (time(NULL) > end) {
            kill(child, SIGKILL);
            fail_msg("thalweg %s: not done in %d s", call->line, PATIENCE_SECONDS);
        }
        for (int i = 0; ready > 0 && i < 2; i++)
            if (files[i].fd >= 0 && files[i].revents != 0 && !take(&streams[i])) files[i].fd = -1;
        send_when_due(call, child, streams, &sent);
    }
}

tw_test_ran tw_test_program(const tw_test_call *call) {
    char *program = getenv("TW_PROGRAM"), *words[WORDS_MAX], *line = strdup(call->line);
    int out[2], err[2], status = 0;
    assert_non_null(program);
    assert_non_null(line);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(err, O_CLOEXEC), 0);
    words[0] = program;
    split(line, words);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) become(call, words, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    stream streams[2] = {{out[0], calloc(1, 1), 0}, {err[0], calloc(1, 1), 0}};
    listen(call, child, streams);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(out[0]);
    close(err[0]);
    free(line);
    return (tw_test_ran){
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
        .out = streams[0].text,
        .err = streams[1].text,
    };
}

void tw_test_ran_free(tw_test_ran *ran) {
    free(ran->out);
    free(ran->err);
    *ran = (tw_test_ran){0};
}

json_t *tw_test_lines(const tw_test_ran *ran) {
    json_t *lines = json_array();
    for (const char *at = ran->out; *at != '\0';) {
        json_error_t error;
        size_t length = strcspn(at, "\n");
        if (at[length] != '\n') fail_msg("a line without an end: %s", at);
        json_t *line = json_loadb(at, length, JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(line)) fail_msg("%s: %.*s\n%s", error.text, (int)length, at, ran->err);
        assert_non_null(json_string_value(json_object_get(line, "type")));
        json_array_append_new(lines, line);
        at += length + 1;
    }
    size_t count = json_array_size(lines);
    if (count == 0) fail_msg("nothing on stdout; status %d: %s", ran->status, ran->err);
    const json_t *last = json_array_get(lines, count - 1);
    assert_string_equal(json_string_value(json_object_get(last, "type")), "result");
    return lines;
}

json_t *tw_test_result(const tw_test_ran *ran) {
    json_t *lines = tw_test_lines(ran);
    json_t *last = json_incref(json_array_get(lines, json_array_size(lines) - 1));
    json_decref(lines);
    return last;
}

json_t *tw_test_result_of(const char *folder, const char *line) {
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = line, .folder = folder});
    if (ran.status != 0) fail_msg("thalweg %s: status %d: %s", line, ran.status, ran.err);
    if (strstr(ran.err, "thalweg: ") != NULL) fail_msg("thalweg %s: %s", line, ran.err);
    json_t *result = tw_test_result(&ran);
    tw_test_ran_free(&ran);
    return result;
}

void tw_test_refusals_of(const char *folder, int status, const tw_test_refused *table, int count) {
    for (int i = 0; i < count; i++) {
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = table[i].line, .folder = folder});
        char expected[4096];
        snprintf(expected, sizeof expected, "thalweg: %s\n", table[i].message);
        if (ran.status != status || strcmp(ran.err, expected) != 0 || *ran.out != '\0')
            fail_msg("thalweg %s: status %d, not %d\n--- stderr\n%s--- not\n%s--- stdout\n%s",
                     table[i].line, ran.status, status, ran.err, expected, ran.out);
        tw_test_ran_free(&ran);
    }
}

double tw_test_number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (value == NULL) fail_msg("no member %s", key);
    if (json_is_null(value)) return NAN;
    if (!json_is_number(value)) fail_msg("%s is no number", key);
    return json_number_value(value);
}

void tw_test_assert_number(const json_t *object, const char *key, double expected) {
    double found = tw_test_number(object, key);
    if (found != expected) fail_msg("%s is %.17g, not %.17g", key, found, expected);
}
