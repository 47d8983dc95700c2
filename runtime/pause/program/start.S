/* The entry point, and the one door into the kernel: sys5(number, five arguments). */
	.text
	.globl	_start, sys3, sys5
#if defined(__x86_64__)
_start:
	xor	%ebp, %ebp
	mov	%rsp, %rdi		/* argc, then argv */
	and	$-16, %rsp
	call	start
	hlt
sys3:
sys5:
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %r10
	mov	%r9, %r8
	syscall
	ret
#elif defined(__aarch64__)
_start:
	mov	x0, sp			/* argc, then argv; the kernel aligned it */
	bl	start
	brk	#0
sys3:
sys5:
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	svc	#0
	ret
#endif
	.section .note.GNU-stack, "", %progbits
