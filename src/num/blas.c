/* OpenBLAS behind num/blas.h. The library counts columns first: a row-major lower triangle is its upper one, so the LAPACK calls
 * here say 'U'. Its number of threads is a setting of the process: one, but for the time of a call that asks for more. */
#include "num/blas.h"
#include <cblas.h>
#include "base/thread.h"

extern void spotrf_(const char *uplo, const int *n, float *a, const int *lda, int *info);
extern void spotri_(const char *uplo, const int *n, float *a, const int *lda, int *info);
extern void ssyevd_(const char *jobz, const char *uplo, const int *n, float *a, const int *lda, float *w, float *work, const int *lwork,
                    int *iwork, const int *liwork, int *info);

static lock threads_lock = PTHREAD_MUTEX_INITIALIZER;

/* Before main: the library starts with one thread a core, which would fight with our own. */
__attribute__((constructor)) static void one_thread(void) { openblas_set_num_threads(1); }

static CBLAS_TRANSPOSE turned(bool t) { return t ? CblasTrans : CblasNoTrans; }

void blas_gemm(bool t_a, bool t_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t ld_a, const float *b, size_t ld_b,
               float beta, float *ret_c, size_t ld_c) {
    cblas_sgemm(CblasRowMajor, turned(t_a), turned(t_b), (int)m, (int)n, (int)k, alpha, a, (int)ld_a, b, (int)ld_b, beta, ret_c, (int)ld_c);
}

void blas_syrk(bool t_a, size_t n, size_t k, float alpha, const float *a, size_t ld_a, float beta, float *ret_c, size_t ld_c) {
    cblas_ssyrk(CblasRowMajor, CblasLower, turned(t_a), (int)n, (int)k, alpha, a, (int)ld_a, beta, ret_c, (int)ld_c);
}

void blas_gemv(bool t_a, size_t m, size_t n, float alpha, const float *a, size_t ld_a, const float *x, float beta, float *ret_y) {
    cblas_sgemv(CblasRowMajor, turned(t_a), (int)m, (int)n, alpha, a, (int)ld_a, x, 1, beta, ret_y, 1);
}

err_code blas_cholesky(ctx *c, float *a, size_t n, size_t ld, int threads) {
    int size = (int)n, stride = (int)ld, info = 0;
    WITH_LOCK(&threads_lock);
    openblas_set_num_threads(threads);
    spotrf_("U", &size, a, &stride, &info);
    openblas_set_num_threads(1);
    return info ? fail(c, ERR_INVALID, "a matrix of %zu rows is not positive definite (row %d)", n, info) : ERR_OK;
}

err_code blas_spd_inverse(ctx *c, float *a, size_t n, int threads) {
    TRY(blas_cholesky(c, a, n, n, threads));
    int size = (int)n, info = 0;
    WITH_LOCK(&threads_lock);
    openblas_set_num_threads(threads);
    spotri_("U", &size, a, &size, &info);
    openblas_set_num_threads(1);
    return info ? fail(c, ERR_INVALID, "a matrix of %zu rows has no inverse (row %d)", n, info) : ERR_OK;
}

err_code blas_eigen(ctx *c, float *a, size_t n, float *ret_values) {
    arena_mark mark = arena_save(c->arena);
    int size = (int)n, want = -1, iwant = -1, info = 0, isize = 0;
    float fsize = 0;
    ssyevd_("V", "U", &size, a, &size, ret_values, &fsize, &want, &isize, &iwant, &info);
    want = (int)fsize, iwant = isize;
    float *work = arena_new_raw(c->arena, float, (size_t)want);
    int *iwork = arena_new_raw(c->arena, int, (size_t)iwant);
    if (!work || !iwork) return fail(c, ERR_NO_MEMORY, "eigenvectors of %zu rows", n);
    ssyevd_("V", "U", &size, a, &size, ret_values, work, &want, iwork, &iwant, &info);
    arena_restore(c->arena, mark);
    return info ? fail(c, ERR_INTERNAL, "the eigenvectors of a matrix of %zu rows were not found", n) : ERR_OK;
}

void blas_solve_lower(bool t_l, size_t n, size_t m, const float *l, size_t ld_l, float *b, size_t ld_b) {
    cblas_strsm(CblasRowMajor, CblasLeft, CblasLower, turned(t_l), CblasNonUnit, (int)n, (int)m, 1.0f, l, (int)ld_l, b, (int)ld_b);
}

void blas_solve_lower_right(bool t_l, size_t m, size_t n, const float *l, size_t ld_l, float *b, size_t ld_b) {
    cblas_strsm(CblasRowMajor, CblasRight, CblasLower, turned(t_l), CblasNonUnit, (int)m, (int)n, 1.0f, l, (int)ld_l, b, (int)ld_b);
}
