<?php
/** A product's page in a classic theme. */
get_header( 'shop' );
do_action( 'woocommerce_before_main_content' );
woocommerce_single();
do_action( 'woocommerce_after_main_content' );
do_action( 'woocommerce_sidebar' );
get_footer( 'shop' );
