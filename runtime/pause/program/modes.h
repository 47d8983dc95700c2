/* What the program does when it is not holding a pod. Each answers the exit code. */
#ifndef MODES_H
#define MODES_H

enum { OK = 0, FAILED = 1, USAGE = 2 };

int mode_connect(char **args); /* connect.c; args end in a null pointer */
int mode_limit(char **args);   /* cgroup.c */
int mode_links(void);          /* look.c */
int mode_look(void);           /* look.c */
int mode_swap(const char *folder); /* swap.c */
int mode_usage(char **folders); /* tree.c; the folders end in a null pointer */
int mode_own(char **args);     /* tree.c */

#endif
