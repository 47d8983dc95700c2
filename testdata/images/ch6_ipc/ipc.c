/*
 * ipc: two processes that meet in nothing but their IPC namespace.
 *
 *   ipc -producer   makes a System V message queue, sends a few random bytes
 *                   through it, then "done", and prints what it sent
 *   ipc -consumer   waits for the queue, prints what arrives, and removes the
 *                   queue when it has read "done"
 *
 * Every line has one message: "Produced: 4f", "Consumed: 4f", "Consumed: done".
 * The queue keeps its messages when the producer has ended, so it does not
 * matter how late the consumer comes; nor does it matter if it comes first.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <unistd.h>
#include <errno.h>

enum {
	queue_key = 0xC0DE,
	messages = 10,
	pause_us = 50 * 1000,      /* between two messages, so that logs -f has something to follow */
	patience_us = 30 * 1000000 /* the consumer's, for a producer that does not come */
};

struct message {
	long type;
	char text[8];
};

static void fail(const char *doing)
{
	perror(doing);
	exit(1);
}

static void send_text(int queue, const char *text)
{
	struct message m = { .type = 1 };

	strncpy(m.text, text, sizeof m.text - 1);
	if (msgsnd(queue, &m, sizeof m.text, 0) < 0)
		fail("msgsnd");
}

static int produce(void)
{
	int queue = msgget(queue_key, IPC_CREAT | 0666);

	if (queue < 0)
		fail("msgget");
	for (int i = 0; i < messages; i++) {
		unsigned char byte;
		char text[3];

		if (getrandom(&byte, 1, 0) != 1)
			fail("getrandom");
		snprintf(text, sizeof text, "%02x", byte);
		send_text(queue, text);
		printf("Produced: %s\n", text);
		usleep(pause_us);
	}
	send_text(queue, "done");
	return 0;
}

/* await_queue answers the queue once the producer has made it. */
static int await_queue(void)
{
	for (int waited = 0; waited < patience_us; waited += pause_us) {
		int queue = msgget(queue_key, 0);

		if (queue >= 0)
			return queue;
		if (errno != ENOENT)
			fail("msgget");
		usleep(pause_us);
	}
	fprintf(stderr, "ipc: no producer made the queue\n");
	exit(1);
}

static int consume(void)
{
	int queue = await_queue();
	struct message m;

	do {
		if (msgrcv(queue, &m, sizeof m.text, 1, 0) < 0)
			fail("msgrcv");
		printf("Consumed: %.*s\n", (int)sizeof m.text, m.text);
	} while (strcmp(m.text, "done") != 0);
	if (msgctl(queue, IPC_RMID, NULL) < 0)
		fail("msgctl");
	return 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0); /* a log line is there when it is printed */
	if (argc == 2 && strcmp(argv[1], "-producer") == 0)
		return produce();
	if (argc == 2 && strcmp(argv[1], "-consumer") == 0)
		return consume();
	fprintf(stderr, "usage: %s -producer|-consumer\n", argv[0]);
	return 2;
}
