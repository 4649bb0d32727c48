<?php
/** Lists of products in a classic theme. */
get_header( 'shop' );
do_action( 'woocommerce_before_main_content' );
wc_print_notices();
woocommerce_list();
do_action( 'woocommerce_after_main_content' );
do_action( 'woocommerce_sidebar' );
get_footer( 'shop' );
